import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, createId, type Log, ProblemError, type Scope, toProblem } from '../../core/index.ts'
import { type MessageStore, presentMessage } from '../conversations/message-store.ts'
import type { TurnId } from '../schema.ts'
import type { TurnRow } from '../tables.ts'
import type { EndTurnInput, TurnEnd } from './end-turn.ts'
import { createLiveTurn, type LiveTurns, type NumberedEvent } from './live-turn.ts'
import { problemEvent } from './run-turn.ts'
import { presentTurn, type TurnStore } from './turn-store.ts'

export type RecoverDeps = {
  readonly messages: MessageStore
  readonly turns: TurnStore
  readonly endTurn: (scope: Scope, input: EndTurnInput) => Promise<TurnEnd>
  readonly clock: Clock
  readonly log: Log
}

const batchSize = 100

/**
 * Ends the turns that a stopped server left running: what had been shown becomes the answer's text, marked
 * `interrupted`. Called once at start, before any request is taken.
 * @returns how many turns were ended
 */
export const createRecoverTurns = (deps: RecoverDeps) =>
  async function recoverTurns(): Promise<number> {
    let count = 0
    for (;;) {
      const rows = await deps.turns.listRunning(batchSize)
      for (const row of rows) await recover(deps, row)
      count += rows.length
      if (rows.length < batchSize) break
    }
    if (count > 0) deps.log.info('turns.interrupted', { count })
    return count
  }

/**
 * Ends a turn that is stored as running and is not live, as a start does; false for one that is live.
 * @NOTE to be called after the caller's own write has seen the turn: then whoever accepted it has been told, and one turn
 * of the event loop later it is live or never will be.
 */
export const createEndOrphan = (deps: RecoverDeps & { readonly live: LiveTurns }) =>
  async function endOrphan(scope: Scope, turnId: TurnId): Promise<boolean> {
    await nextTurn()
    if (deps.live.get(turnId) !== undefined) return false
    const row = await deps.turns.find(scope, turnId)
    if (row?.status === 'running') await recover(deps, row)
    return true
  }

async function recover(deps: RecoverDeps, row: TurnRow): Promise<void> {
  const scope: Scope = {
    userId: row.ownerId,
    brainId: row.brainId,
    role: 'user',
    requestId: createId(),
    signal: new AbortController().signal,
  }
  const assistant = await deps.messages.find(scope, row.assistantMessageId)
  if (assistant === undefined) throw new ProblemError('database-unusable', { detail: `Turn ${row.id} has no answer.` })
  const live = createLiveTurn({ ...row, turn: presentTurn(row), message: presentMessage(assistant) })
  for (const { event } of await deps.turns.eventsAfter(scope, { turnId: row.id, after: 0 })) live.publish(event)
  const problem = toProblem(new ProblemError('interrupted'))
  const first: NumberedEvent = { number: live.count() + 1, event: problemEvent(problem) }
  await deps.endTurn(scope, {
    row,
    assistant,
    message: live.message(),
    status: 'interrupted',
    finishReason: null,
    problemCode: problem.code,
    events: [first],
    lastNumber: first.number + 1,
    record: undefined,
  })
}
