import { hash } from 'node:crypto'
import { ProblemError, type Scope } from '../../core/index.ts'
import type { Model, ModelEvent, ModelMessage, Provider } from '../../providers/index.ts'
import type { Citation, Context } from '../schema.ts'
import { type Candidate, compose, type HistoryLimits } from './context.ts'

/** How an answer is to be made; what is absent is left to the provider. */
export type Parameters = {
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  readonly maxOutputTokens?: number | undefined
  readonly stop?: readonly string[] | undefined
  readonly seed?: number | undefined
}

/** Who is going to answer. */
export type Answerer = { readonly provider: Provider; readonly model: Model }

export type AnswerRequest = {
  /** Undefined when no model can be reached: then the owner's own words are quoted. */
  readonly answerer: Answerer | undefined
  readonly system: string
  /** Newest first; the first is the question. */
  readonly candidates: readonly Candidate[]
  /** How many of the newest always go in. */
  readonly fixedCount: number
  readonly limits: HistoryLimits
  readonly parameters: Parameters
}

/** What is asked of a model, in full: kept with the answer and named by its hash. */
export type Composition = {
  readonly context: Omit<Context, 'id'>
  readonly messages: readonly ModelMessage[]
  readonly parameters: Parameters
  readonly requestHash: string
}

/** What an answer was made from, kept with it. */
export type ContextRecord = Composition & {
  readonly timings: { readonly firstTokenMs: number | null; readonly totalMs: number }
}

export type AnswerEvent =
  | { readonly type: 'composition'; readonly composition: Composition }
  | { readonly type: 'citation'; readonly citation: Citation }
  | ModelEvent

type Quoted = { readonly text: string; readonly citations: readonly Citation[] }

export type AnswerDeps = {
  /** Answers in the owner's own words when no model is there. */
  readonly extract: (
    scope: Scope,
    question: { readonly text: string; readonly excludeMessageIds: readonly string[] },
  ) => Promise<Quoted>
}

export type AnswerOptions = {
  /** Largest window to open, whatever the model could take. */
  readonly contextTokens: number
  /** Kept free for the answer when the caller names no limit. */
  readonly reserveTokens: number
}

const extractive = { id: 'hearth/extractive', quality: 'extractive' } as const

/** The name and the worth of whoever answers, as the page shows it. */
export const describeAnswerer = (answerer: Answerer | undefined): Pick<Model, 'id' | 'quality'> =>
  answerer?.model ?? extractive

/**
 * Makes one answer: composes the request within its window, and streams what the model says. Without a
 * model the answer is quoted from what the owner has written.
 */
export const createAnswer = (deps: AnswerDeps, options: AnswerOptions) =>
  async function* answer(scope: Scope, request: AnswerRequest): AsyncGenerator<AnswerEvent> {
    const composed = composeFor(request, options)
    yield { type: 'composition', composition: composed }
    if (request.answerer === undefined) {
      yield* quote(deps, { scope, request })
      return
    }
    const { model, provider } = request.answerer
    const { contextTokens } = composed.context
    yield* provider.generate(
      { model: model.name, messages: composed.messages, contextTokens, ...defined(request.parameters) },
      scope.signal,
    )
  }

function composeFor(request: AnswerRequest, options: AnswerOptions): Composition {
  const { answerer, parameters } = request
  const { id } = describeAnswerer(answerer)
  const contextTokens = Math.min(answerer?.model.contextTokens ?? options.contextTokens, options.contextTokens)
  const wanted = parameters.maxOutputTokens ?? options.reserveTokens
  const reservedTokens = Math.min(wanted, Math.floor(contextTokens / 2))
  const { context, messages, fits } = compose({ ...request, model: id, contextTokens, reservedTokens })
  if (!fits && answerer !== undefined) {
    throw new ProblemError('context-too-long', {
      detail: `The message and the system prompt take about ${context.inputTokens} tokens; the window holds ${contextTokens}, of which ${reservedTokens} are kept for the answer.`,
    })
  }
  const asked = { model: id, messages, parameters: defined(parameters) }
  const requestHash = hash('sha256', JSON.stringify(asked))
  return { context, messages, parameters: asked.parameters, requestHash }
}

async function* quote(
  deps: AnswerDeps,
  asked: { readonly scope: Scope; readonly request: AnswerRequest },
): AsyncGenerator<AnswerEvent> {
  const [question] = asked.request.candidates
  const excludeMessageIds = question?.messageId ? [question.messageId] : []
  const { text, citations } = await deps.extract(asked.scope, { text: question?.text ?? '', excludeMessageIds })
  yield { type: 'text-delta', text }
  for (const citation of citations) yield { type: 'citation', citation }
  yield { type: 'finish', reason: 'stop' }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

const defined = (parameters: Parameters) =>
  Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)) as Defined<Parameters>
