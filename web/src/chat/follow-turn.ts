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

/** How far a turn has been followed. `attempt` counts connections that brought nothing. */
type Progress = { turnId: string | undefined; last: number; attempt: number; ended: boolean }

/** Reads one connection for as long as it lasts. */
async function* readOn(response: Response, progress: Progress): AsyncGenerator<TurnEvent> {
  for await (const frame of readFrames(response)) {
    const number = Number(frame.id)
    if (number <= progress.last) continue
    const event = JSON.parse(frame.text) as TurnEvent
    if (event.type === 'turn-start') progress.turnId = event.turn.id
    progress.last = number
    progress.attempt = 0
    progress.ended = event.type === 'turn-end'
    yield event
    if (progress.ended) return
  }
}

/**
 * Follows a turn to its end: each event once and in order, however often the connection breaks in between.
 * @throws what can not be mended by attaching again; an abort as the signal's own error
 */
export async function* followTurn(deps: Deps, start: TurnStart, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  const progress: Progress = { turnId: undefined, last: 0, attempt: 0, ended: false, ...start }
  let response = 'response' in start ? start.response : undefined
  while (!progress.ended) {
    try {
      response ??= await deps.attach(progress.turnId ?? '', progress.last, signal)
      yield* readOn(response, progress)
    } catch (error) {
      if (signal.aborted || !canRetry(error)) throw error
    }
    response = undefined
    if (!progress.ended) await waitForNext(deps, progress, signal)
  }
}

async function waitForNext(deps: Deps, progress: Progress, signal: AbortSignal): Promise<void> {
  if (progress.turnId === undefined) throw new Failure({ code: 'network', retryable: true })
  await deps.waitToRetry(progress.attempt, signal)
  progress.attempt += 1
  signal.throwIfAborted()
}
