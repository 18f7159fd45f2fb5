import { ProblemError, type Scope } from '../../core/index.ts'
import type { Messages } from '../conversations/messages.ts'
import type { Answer, MessageId, Turn, TurnEvent, TurnId } from '../schema.ts'
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
    else if (input.after === 0) yield* await summary(scope, turn)
  }

  /** A turn whose events have been dropped is told by its outcome alone. */
  const summary = async (scope: Scope, turn: Turn): Promise<NumberedEvent[]> => {
    const message = await deps.messages.get(scope, turn.assistantMessageId as MessageId)
    if (turn.status === 'running') return []
    const userMessage =
      turn.userMessageId === null ? null : await deps.messages.get(scope, turn.userMessageId as MessageId)
    const events: TurnEvent[] = [
      { type: 'turn-start', turn, userMessage, message },
      { type: 'turn-end', status: turn.status, finishReason: null, message },
    ]
    return events.map((event, index) => ({ number: index + 1, event }))
  }

  /**
   * Waits for the end of a turn.
   * @throws ProblemError what the turn failed with; the messages are kept. A disk that refuses the answer fails at once.
   */
  const awaitAnswer = async (scope: Scope, input: { turnId: TurnId; signal: AbortSignal }): Promise<Answer> => {
    const failure = await failureOf(attach(scope, { ...input, after: 0 }))
    if (failure !== undefined) throw failure
    const turn = await get(scope, input.turnId)
    const [message, userMessage] = await Promise.all([
      deps.messages.get(scope, turn.assistantMessageId as MessageId),
      turn.userMessageId === null ? null : deps.messages.get(scope, turn.userMessageId as MessageId),
    ])
    return { turn, userMessage, message }
  }

  /** Stops a turn and resolves with it once its end is stored; one that has ended already is returned as it is. */
  const stop = async (scope: Scope, id: TurnId): Promise<Turn> => {
    const live = findLive(scope, id)
    live?.halt('stopped')
    await live?.ended
    return get(scope, id)
  }

  return { get, attach, awaitAnswer, stop }
}

export type Turns = ReturnType<typeof createTurns>

/** Waits for the end of a turn, or for a disk that refuses it; what it failed with. */
async function failureOf(events: AsyncIterable<NumberedEvent>): Promise<ProblemError | undefined> {
  let failure: ProblemError | undefined
  for await (const { event } of events) {
    if (event.type === 'problem') failure = problemError(event.problem)
    if (event.type === 'turn-end' || failure?.code.startsWith('storage-')) break
  }
  return failure
}

const problemError = ({ code, detail, retryAfterMs }: Extract<TurnEvent, { type: 'problem' }>['problem']) =>
  new ProblemError(code, {
    ...(detail !== undefined && { detail }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
