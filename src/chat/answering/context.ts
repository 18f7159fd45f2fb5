import type { ModelMessage } from '../../providers/index.ts'
import type { Context, ContextOmission, ContextPart } from '../schema.ts'
import { estimateTokens } from './tokens.ts'

/** A message that may go into the prompt. The two `above` figures sum up everything older than it in its branch. */
export type Candidate = {
  readonly messageId: string | null
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly tokens: number
  readonly createdAt: number | null
  readonly countAbove: number
  readonly tokensAbove: number
  /** The message that stands right above it in its branch. */
  readonly aboveId: string | null
}

/** The window of history that is sent; `sinceMs` is an instant, older messages stay out. */
export type HistoryLimits = {
  readonly maxMessages: number
  readonly sinceMs: number | undefined
}

type ComposeInput = {
  readonly model: string
  /** The window of the model: prompt and answer together. */
  readonly contextTokens: number
  /** Kept free for the answer. */
  readonly reservedTokens: number
  readonly system: string
  /** Newest first; the first is what is asked now. */
  readonly candidates: readonly Candidate[]
  /** How many of the newest always go in: the question, and what it cannot be understood without. */
  readonly fixedCount: number
  readonly limits: HistoryLimits
}

export type Composed = {
  readonly messages: readonly ModelMessage[]
  readonly context: Omit<Context, 'id'>
  /** False when not even the system prompt and the question leave room for an answer. */
  readonly fits: boolean
}

type Taken = { readonly kept: readonly Candidate[]; readonly omitted: readonly ContextOmission[] }

/**
 * Chooses what the model sees: the system prompt and the fixed messages always, then history from the newest backwards until
 * a limit is met. What is left out is said, with its reason; nothing is cut in the middle of a message.
 */
export function compose(input: ComposeInput): Composed {
  const { system, contextTokens, reservedTokens } = input
  const systemTokens = system === '' ? 0 : estimateTokens(system)
  const fixedTokens = systemTokens + sumOf(input.candidates.slice(0, input.fixedCount))
  const { kept, omitted } = take(input, contextTokens - reservedTokens - fixedTokens)
  const parts: ContextPart[] = [
    ...(system === '' ? [] : [{ kind: 'system' as const, tokens: systemTokens }]),
    ...kept.map((candidate, index) => part(candidate, index === kept.length - 1)),
    { kind: 'reserve' as const, tokens: reservedTokens },
  ]
  return {
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, text: system }]),
      ...kept.map(({ role, text }) => ({ role, text })),
    ],
    context: {
      model: input.model,
      contextTokens,
      reservedTokens,
      inputTokens: systemTokens + sumOf(kept),
      estimated: true,
      parts,
      omitted: [...omitted],
    },
    fits: fixedTokens + reservedTokens <= contextTokens,
  }
}

const sumOf = (candidates: readonly Candidate[]): number => candidates.reduce((sum, { tokens }) => sum + tokens, 0)

const part = (candidate: Candidate, isQuestion: boolean): ContextPart => ({
  kind: isQuestion ? 'message' : 'history',
  tokens: candidate.tokens,
  ...(candidate.messageId !== null && { messageId: candidate.messageId }),
})

function take({ candidates, fixedCount, limits }: ComposeInput, budget: number): Taken {
  const kept = candidates.slice(0, fixedCount)
  const history = candidates.slice(fixedCount)
  const empty: Candidate[] = []
  let left = budget
  for (const candidate of history) {
    if (candidate.text.trim() === '') {
      empty.push(candidate)
      continue
    }
    const reason = reasonToStop(candidate, { limits, count: kept.length, left })
    if (reason !== undefined) return { kept: kept.reverse(), omitted: [rest(reason, candidate), ...withoutText(empty)] }
    kept.push(candidate)
    left -= candidate.tokens
  }
  return { kept: kept.reverse(), omitted: [...above(candidates.at(-1)), ...withoutText(empty)] }
}

function reasonToStop(
  candidate: Candidate,
  at: { readonly limits: HistoryLimits; readonly count: number; readonly left: number },
): ContextOmission['reason'] | undefined {
  if (at.count >= at.limits.maxMessages) return 'message-limit'
  const { sinceMs } = at.limits
  if (sinceMs !== undefined && candidate.createdAt !== null && candidate.createdAt < sinceMs) return 'time-window'
  if (candidate.tokens > at.left) return 'token-budget'
  return undefined
}

const rest = (reason: ContextOmission['reason'], newest: Candidate): ContextOmission => ({
  reason,
  count: newest.countAbove + 1,
  tokens: newest.tokensAbove + newest.tokens,
  newestMessageId: newest.messageId,
})

/** No more of a branch is read than the limit on messages can need: what stands above that is left out, and said. */
const above = (oldest: Candidate | undefined): ContextOmission[] =>
  oldest === undefined || oldest.countAbove === 0
    ? []
    : [
        {
          reason: 'message-limit',
          count: oldest.countAbove,
          tokens: oldest.tokensAbove,
          newestMessageId: oldest.aboveId,
        },
      ]

const withoutText = (empty: readonly Candidate[]): ContextOmission[] =>
  empty.length === 0
    ? []
    : [{ reason: 'no-text', count: empty.length, tokens: 0, newestMessageId: empty[0]?.messageId ?? null }]
