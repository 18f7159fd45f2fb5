import { ProblemError } from '../../../core/index.ts'
import type { ModelEvent, ModelRequest } from '../../contract.ts'
import type { FromWorker, ToWorker } from './protocol.ts'
import { abortable } from './turnstile.ts'
import type { Gone, Worker } from './worker.ts'

/** Reads the next message, but not beyond the signal or the longest silence. */
export async function nextMessage(worker: Worker, silenceMs: number, signal?: AbortSignal): Promise<FromWorker | Gone> {
  const silence = AbortSignal.timeout(silenceMs)
  try {
    return await abortable(worker.next(), signal ? AbortSignal.any([signal, silence]) : silence)
  } catch (error) {
    signal?.throwIfAborted()
    if (!silence.aborted) throw error
    throw new ProblemError('provider-timeout', { detail: `The built-in model was silent for ${silenceMs / 1000} s.` })
  }
}

/** One answer of a worker: `ended` tells whether the worker is through with it, or must be stopped. */
export type Answer = { readonly id: number; ended: boolean }

type Reading = {
  readonly answer: Answer
  readonly silenceMs: number
  readonly signal: AbortSignal
  /** What ends an answer beside the request's own stops. */
  readonly stop: readonly string[]
}

function toGenerate(request: ModelRequest, { answer, stop }: Reading): ToWorker {
  const { messages, contextTokens, maxOutputTokens, temperature, topP, seed } = request
  return {
    type: 'generate',
    id: answer.id,
    messages,
    contextTokens,
    stop: [...stop, ...(request.stop ?? [])],
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(seed !== undefined && { seed }),
  }
}

function* present(message: FromWorker | Gone, answer: Answer): Generator<ModelEvent> {
  switch (message.type) {
    case 'gone':
      answer.ended = true
      throw new ProblemError('provider-cut', { detail: `The process of the built-in model ended (${message.how}).` })
    case 'loaded':
      return
    case 'token':
      if (message.id === answer.id) yield { type: 'text-delta', text: message.text }
      return
    case 'error':
      if (message.id !== answer.id) return
      answer.ended = true
      throw new ProblemError(message.code, { detail: message.detail })
    case 'done':
      if (message.id !== answer.id) return
      answer.ended = true
      if (message.reason === 'aborted') throw new ProblemError('provider-cut')
      yield {
        type: 'usage',
        usage: { inputTokens: message.inputTokens, outputTokens: message.outputTokens, estimated: false },
      }
      yield { type: 'finish', reason: message.reason }
  }
}

/** Asks the worker and gives its answer piece by piece, until it has ended or the signal aborts. */
export async function* readAnswer(worker: Worker, request: ModelRequest, reading: Reading): AsyncGenerator<ModelEvent> {
  const { answer, silenceMs, signal } = reading
  worker.send(toGenerate(request, reading))
  while (!answer.ended) yield* present(await nextMessage(worker, silenceMs, signal), answer)
}

/** Ends an answer that nobody reads any more. A worker that does not obey in time is killed. */
export async function stopAnswer(worker: Worker, answer: Answer, graceMs: number): Promise<void> {
  worker.send({ type: 'abort', id: answer.id })
  const late = AbortSignal.timeout(graceMs)
  try {
    while (!answer.ended) {
      const message = await abortable(worker.next(), late)
      if (message.type === 'gone' || (message.type !== 'token' && 'id' in message && message.id === answer.id)) {
        answer.ended = true
      }
    }
  } catch {
    worker.kill()
    await worker.exited
  }
}
