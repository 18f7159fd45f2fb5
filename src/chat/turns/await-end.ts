import { ProblemError } from '../../core/index.ts'
import type { TurnEvent } from '../schema.ts'
import type { LiveTurn, NumberedEvent } from './live-turn.ts'

const isStorage = ({ code }: ProblemError): boolean => code.startsWith('storage-')

/** Waits for the end of a turn, or for a disk that refuses it; what it failed with. */
export async function failureOf(events: AsyncIterable<NumberedEvent>): Promise<ProblemError | undefined> {
  let failure: ProblemError | undefined
  for await (const { event } of events) {
    if (event.type === 'problem') failure = problemError(event.problem)
    if (event.type === 'turn-end' || (failure && isStorage(failure))) break
  }
  return failure
}

/**
 * Stops a turn and resolves when its end is stored, or when the signal aborts.
 * @throws ProblemError `storage-*` while the disk refuses the end; it is tried again without this caller
 */
export async function haltTurn(live: LiveTurn, signal: AbortSignal): Promise<void> {
  live.halt('stopped')
  const failure = await failureOf(live.follow(0, signal))
  if (failure && isStorage(failure)) throw failure
}

const problemError = ({ code, detail, retryAfterMs }: Extract<TurnEvent, { type: 'problem' }>['problem']) =>
  new ProblemError(code, {
    ...(detail !== undefined && { detail }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
