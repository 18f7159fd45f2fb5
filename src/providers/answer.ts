import { ProblemError } from '../core/index.ts'
import { EgressError, type OperatorReply, type ReplyBody } from '../http/index.ts'
import type { ModelEvent } from './contract.ts'
import { fromEgress, type Wording } from './faults.ts'
import type { AnswerParser } from './parser.ts'
import type { Timers } from './timers.ts'

/** How long an answer may take and how long it may grow; all times are measured on the monotonic clock. */
export type AnswerLimits = {
  /** From sending the request to the first text or reasoning. */
  readonly firstTokenTimeoutMs: number
  /** Between two pieces of text or reasoning; bytes that carry neither do not count as life. */
  readonly idleTimeoutMs: number
  readonly totalTimeoutMs: number
  /** Text and reasoning together, in UTF-16 units. */
  readonly maxOutputCharacters: number
  readonly maxLineBytes: number
}

/** One answer to be streamed: how to ask for it, how to read it, how to speak of its failures. */
export type AnswerCall = {
  /** Sends the request; throws ProblemError when the provider refuses it. */
  readonly open: (signal: AbortSignal) => Promise<OperatorReply>
  readonly parser: AnswerParser
  readonly wording: Wording
}

type Surroundings = { readonly timers: Timers; readonly limits: AnswerLimits }

/** A whole answer may still be followed by its usage, but not for longer than this. */
const closingTimeoutMs = 2_000
const drainTimeoutMs = 1_000

/**
 * Streams one answer with its time-outs and its cap. However the iteration ends, the socket is free or closed after it.
 * @throws ProblemError `provider-*` or `output-limit`; the signal's own reason when it was aborted
 */
export async function* streamAnswer(
  call: AnswerCall,
  signal: AbortSignal,
  around: Surroundings,
): AsyncGenerator<ModelEvent> {
  const { parser } = call
  const watch = createWatch(call.wording, signal, around)
  let reply: OperatorReply | undefined
  try {
    reply = await call.open(watch.signal)
    yield* within(readAnswer(reply.body, parser, { watch, around }), signal, around.limits)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    const lost = watch.signal.aborted || error instanceof EgressError
    if (parser.state() !== 'closing' || !lost) {
      throw watch.signal.aborted ? watch.signal.reason : fromEgress(error, call.wording)
    }
  } finally {
    watch.end()
    if (parser.state() !== 'closed') reply?.body.discard()
  }
  yield* within(parser.end(), signal, around.limits)
}

type Reading = { readonly watch: Watch; readonly around: Surroundings }

async function* readAnswer(body: ReplyBody, parser: AnswerParser, reading: Reading): AsyncGenerator<ModelEvent> {
  const { watch, around } = reading
  const chunks = body[Symbol.asyncIterator]()
  let closing = false
  while (parser.state() !== 'closed') {
    const { value: chunk, done } = await chunks.next()
    if (done) return
    let alive = false
    for (const event of parser.push(chunk)) {
      watch.rest()
      alive = true
      yield event
    }
    if (parser.state() === 'closing' && !closing) watch.wait(closingTimeoutMs, 'finish')
    else if (alive) watch.wait(around.limits.idleTimeoutMs, 'send more')
    closing = parser.state() === 'closing'
  }
  void drain(chunks, body, around.timers)
}

/** Lets events through until the caller has had enough or the answer grows past its cap. */
async function* within(
  events: AsyncIterable<ModelEvent> | Iterable<ModelEvent>,
  signal: AbortSignal,
  { maxOutputCharacters }: AnswerLimits,
): AsyncGenerator<ModelEvent> {
  let characters = 0
  for await (const event of events) {
    characters += 'text' in event ? event.text.length : 0
    if (characters > maxOutputCharacters) throw outputLimit(maxOutputCharacters)
    signal.throwIfAborted()
    yield event
  }
}

/** The failure of an answer that does not end by itself. */
export const outputLimit = (maxCharacters: number): ProblemError =>
  new ProblemError('output-limit', {
    detail: `The answer was stopped at ${maxCharacters} characters; what came before is kept.`,
  })

/** Reads what is left behind a finished answer, so that the connection can be used again. */
async function drain(chunks: AsyncIterator<Uint8Array>, body: ReplyBody, timers: Timers): Promise<void> {
  const cancel = timers.after(drainTimeoutMs, body.discard)
  try {
    while (!(await chunks.next()).done);
  } catch {
    body.discard()
  } finally {
    cancel()
  }
}

type Watch = {
  /** Aborts with the caller's signal, or with `provider-timeout`. */
  readonly signal: AbortSignal
  readonly wait: (timeoutMs: number, forWhat: string) => void
  /** No limit while the reader, not the provider, is the one who is slow. */
  readonly rest: () => void
  readonly end: () => void
}

function createWatch({ who }: Wording, signal: AbortSignal, { timers, limits }: Surroundings): Watch {
  const controller = new AbortController()
  const expire = (timeoutMs: number, forWhat: string) => {
    const detail = `${who} did not ${forWhat} within ${timeoutMs / 1000} s.`
    controller.abort(new ProblemError('provider-timeout', { detail }))
  }
  let step = { timeoutMs: limits.firstTokenTimeoutMs, forWhat: 'begin to answer' }
  const alarm = timers.alarm(() => expire(step.timeoutMs, step.forWhat))
  alarm.set(step.timeoutMs)
  const endTotal = timers.after(limits.totalTimeoutMs, () => expire(limits.totalTimeoutMs, 'finish'))
  // One listener that is removed at the end, not AbortSignal.any, which is not ours to let go of
  const onAbort = () => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    wait: (timeoutMs, forWhat) => {
      step = { timeoutMs, forWhat }
      alarm.set(timeoutMs)
    },
    rest: alarm.rest,
    end: () => {
      signal.removeEventListener('abort', onAbort)
      alarm.end()
      endTotal()
    },
  }
}
