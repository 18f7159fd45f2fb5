import { type ProblemCode, ProblemError } from '../../core/index.ts'
import { outputLimit } from '../answer.ts'
import type { FinishReason, Model, ModelEvent, ModelRequest, Provider } from '../contract.ts'
import { estimateTokens } from '../parser.ts'

/** One step of a scripted answer. */
export type ScriptStep =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'delay'; readonly delayMs: number }
  /** Waits until the given promise settles: a test opens it by hand. */
  | { readonly type: 'wait'; readonly until: Promise<unknown> }
  /** Says the text again and again until it is stopped or `maxOutputCharacters` is reached. */
  | { readonly type: 'endless'; readonly text: string }
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly type: 'cut' }
  | { readonly type: 'malformed' }
  | { readonly type: 'fail'; readonly code: ProblemCode; readonly detail?: string; readonly retryAfterMs?: number }
  /** Ends the answer; a script that runs out ends with `stop`. */
  | { readonly type: 'finish'; readonly reason: FinishReason }

export type Script = Iterable<ScriptStep>

export type ScriptedDeps = {
  /** What to answer to this request. */
  readonly script: (request: ModelRequest) => Script
  /** Resolves after the time; rejects with the signal's reason when it aborts first. */
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<unknown>
}

export type ScriptedOptions = {
  readonly name?: string
  readonly models?: readonly string[]
  readonly contextTokens?: number
  readonly maxOutputCharacters?: number
}

/** A provider in this process that answers by a script and keeps every promise of the model contract. */
export function createScripted({ script, sleep }: ScriptedDeps, options: ScriptedOptions = {}): Provider {
  const { name = 'scripted', models = ['demo'], contextTokens = 8_192, maxOutputCharacters = 500_000 } = options
  const model = (modelName: string): Model => ({
    id: `${name}/${modelName}`,
    provider: name,
    name: modelName,
    contextTokens,
    quality: 'full',
  })
  return {
    name,
    models: async () => models.map(model),
    generate: (request, signal) => play(request, signal, { steps: script(request), sleep, maxOutputCharacters }),
  }
}

type Play = { readonly steps: Script; readonly sleep: ScriptedDeps['sleep']; readonly maxOutputCharacters: number }

async function* play(request: ModelRequest, signal: AbortSignal, how: Play): AsyncGenerator<ModelEvent> {
  const said = { characters: 0, bytes: 0 }
  const ending: Ending = { reason: 'stop', counted: undefined }
  for (const step of unrolled(how.steps)) {
    signal.throwIfAborted()
    const event = await perform(step, signal, { sleep: how.sleep, ending })
    if (step.type === 'finish') break
    if (!event) continue
    said.characters += event.text.length
    said.bytes += Buffer.byteLength(event.text)
    if (said.characters > how.maxOutputCharacters) throw outputLimit(how.maxOutputCharacters)
    yield event
  }
  signal.throwIfAborted()
  const usage = ending.counted ?? estimateTokens(request, said.bytes)
  yield { type: 'usage', usage: { ...usage, estimated: !ending.counted } }
  signal.throwIfAborted()
  yield { type: 'finish', reason: ending.reason }
}

type Ending = { reason: FinishReason; counted: { inputTokens: number; outputTokens: number } | undefined }
type Stage = { readonly sleep: ScriptedDeps['sleep']; readonly ending: Ending }
type Delta = Extract<ModelEvent, { text: string }>

async function perform(step: Plain, signal: AbortSignal, { sleep, ending }: Stage): Promise<Delta | undefined> {
  switch (step.type) {
    case 'text':
    case 'reasoning':
      return { type: `${step.type}-delta`, text: step.text }
    case 'delay':
      await sleep(step.delayMs, signal)
      return undefined
    case 'wait':
      await untilAborted(step.until, signal)
      return undefined
    case 'usage':
      ending.counted = { inputTokens: step.inputTokens, outputTokens: step.outputTokens }
      return undefined
    case 'finish':
      ending.reason = step.reason
      return undefined
    case 'cut':
    case 'malformed':
    case 'fail':
      throw toError(step)
    default:
      return step satisfies never
  }
}

type Plain = Exclude<ScriptStep, { type: 'endless' }>

function* unrolled(steps: Script): Generator<Plain> {
  for (const step of steps) {
    if (step.type !== 'endless') yield step
    else for (;;) yield { type: 'text', text: step.text }
  }
}

function toError(step: Extract<Plain, { type: 'cut' | 'malformed' | 'fail' }>): ProblemError {
  switch (step.type) {
    case 'cut':
      return new ProblemError('provider-cut', { detail: 'The scripted provider stopped in mid-answer.' })
    case 'malformed':
      return new ProblemError('provider-malformed', { detail: 'The scripted provider sent something unreadable.' })
    case 'fail': {
      const { code, detail = 'The scripted provider fails as it was told to.', retryAfterMs } = step
      return new ProblemError(code, { detail, ...(retryAfterMs !== undefined && { retryAfterMs }) })
    }
    default:
      return step satisfies never
  }
}

async function untilAborted(until: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([until, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
