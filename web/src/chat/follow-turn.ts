import { Failure, readFrames, type TurnEvent } from '../api/index.ts'

type Deps = {
  /** Opens the turn's events after the numbered one (0: from the start). */
  readonly attach: (turnId: string, after: number, signal: AbortSignal) => Promise<Response>
  readonly waitToRetry: (attempt: number, signal: AbortSignal) => Promise<void>
}

/** Either the stream that answered the question itself, or the id of a turn that is running already. */
export type TurnStart = { readonly response: Response } | { readonly turnId: string }

const canRetry = (error: unknown): boolean =>
  !(error instanceof Failure) || error.trouble.code === 'network' || error.trouble.retryable

/**
 * Follows a turn to its end: each event once and in order, however often the connection breaks in between.
 * @throws what can not be mended by attaching again; an abort as the signal's own error
 */
export async function* followTurn(deps: Deps, start: TurnStart, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  let response = 'response' in start ? start.response : undefined
  let turnId = 'turnId' in start ? start.turnId : undefined
  let last = 0
  for (let attempt = 0; ; attempt += 1) {
    try {
      response ??= await deps.attach(turnId ?? '', last, signal)
      for await (const frame of readFrames(response)) {
        const number = Number(frame.id)
        if (number <= last) continue
        const event = JSON.parse(frame.text) as TurnEvent
        last = number
        attempt = 0
        if (event.type === 'turn-start') turnId = event.turn.id
        yield event
        if (event.type === 'turn-end') return
      }
    } catch (error) {
      if (signal.aborted || !canRetry(error)) throw error
    }
    if (turnId === undefined) throw new Failure({ code: 'network', retryable: true })
    response = undefined
    await deps.waitToRetry(attempt, signal)
    signal.throwIfAborted()
  }
}
