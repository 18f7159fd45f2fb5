import { ProblemError, type Scope } from '../../core/index.ts'
import type { Messages } from '../conversations/messages.ts'
import type { Answer, MessageId, Turn, TurnEvent, TurnId } from '../schema.ts'
import { failureOf, haltTurn } from './await-end.ts'
import type { LiveTurn, LiveTurns, NumberedEvent } from './live-turn.ts'
import { presentTurn, type TurnStore } from './turn-store.ts'

export type TurnsDeps = {
  readonly turns: TurnStore
  readonly messages: Pick<Messages, 'get'>
  readonly live: LiveTurns
}

/** Follows, awaits, reads and stops turns. A turn of another owner is as absent as one that never was. */
export function createTurns(deps: TurnsDeps) {
  const findLive = (scope: Scope, id: TurnId): LiveTurn | undefined => {
    const live = deps.live.get(id)
    return live?.ownerId === scope.userId && live.brainId === scope.brainId ? live : undefined
  }

  const get = async (scope: Scope, id: TurnId): Promise<Turn> => {
    const row = await deps.turns.find(scope, id)
    if (row === undefined) throw new ProblemError('not-found', { detail: 'There is no such turn.' })
    return presentTurn(row)
  }

  /**
   * The events of a turn after a number: what has been is replayed, what comes is followed, until the turn ends or the
   * signal aborts. Leaving changes nothing for the turn.
   */
  async function* attach(
    scope: Scope,
    input: { readonly turnId: TurnId; readonly after: number; readonly signal: AbortSignal },
  ): AsyncGenerator<NumberedEvent> {
    const live = findLive(scope, input.turnId)
    if (live !== undefined) {
      yield* live.follow(input.after, input.signal)
      return
    }
    const turn = await get(scope, input.turnId)
    const stored = await deps.turns.eventsAfter(scope, input)
    if (stored.length > 0) yield* stored
    else if ((await deps.turns.lastNumber(scope, input.turnId)) !== input.after) {
      yield* await summary(scope, { turn, after: input.after })
    }
  }

  /**
   * A turn whose events have been dropped, or of which more has been shown than a killed server had saved, is told by
   * its outcome alone.
   */
  const summary = async (scope: Scope, told: { turn: Turn; after: number }): Promise<NumberedEvent[]> => {
    const { turn, after } = told
    if (turn.status === 'running') return []
    const message = await deps.messages.get(scope, turn.assistantMessageId as MessageId)
    const end = { type: 'turn-end', status: turn.status, finishReason: null, message } as const
    if (after > 0) return [{ number: after + 1, event: end }]
    const userMessage =
      turn.userMessageId === null ? null : await deps.messages.get(scope, turn.userMessageId as MessageId)
    const events: TurnEvent[] = [{ type: 'turn-start', turn, userMessage, message }, end]
    return events.map((event, index) => ({ number: index + 1, event }))
  }

  /**
   * Waits for the end of a turn.
   * @throws ProblemError what the turn failed with; the messages are kept. A disk that refuses the answer fails at once.
   * @throws the signal's reason when that comes first
   */
  const awaitAnswer = async (scope: Scope, input: { turnId: TurnId; signal: AbortSignal }): Promise<Answer> => {
    const failure = await failureOf(attach(scope, { ...input, after: 0 }))
    if (failure !== undefined) throw failure
    const turn = await get(scope, input.turnId)
    if (turn.status === 'running') input.signal.throwIfAborted()
    const [message, userMessage] = await Promise.all([
      deps.messages.get(scope, turn.assistantMessageId as MessageId),
      turn.userMessageId === null ? null : deps.messages.get(scope, turn.userMessageId as MessageId),
    ])
    return { turn, userMessage, message }
  }

  /**
   * Stops a turn and resolves with it once its end is stored; one that has ended already is returned as it is.
   * @throws ProblemError `not-found`; `storage-*` while the disk refuses the end
   */
  const stop = async (scope: Scope, id: TurnId): Promise<Turn> => {
    const live = findLive(scope, id)
    if (live !== undefined) await haltTurn(live, scope.signal)
    return get(scope, id)
  }

  return { get, attach, awaitAnswer, stop }
}

export type Turns = ReturnType<typeof createTurns>
