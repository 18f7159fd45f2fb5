import type { Scope } from '../../core/index.ts'
import type { Database, WriteTransaction } from '../../storage/index.ts'
import type { ContextRecord } from '../answering/answer.ts'
import type { MessageId, Turn, TurnEvent, TurnId } from '../schema.ts'
import type { ChatTables, ContextRecordRow, TurnEventsRow, TurnRow } from '../tables.ts'
import type { NumberedEvent } from './live-turn.ts'

const mine = (scope: Scope) => ({ ownerId: scope.userId, brainId: scope.brainId })

/** Rows of `turns`, `turn_events` and `context_records`. */
export function createTurnStore(db: Database, now: () => Date) {
  const read = db.read.withTables<ChatTables>()

  const find = (scope: Scope, id: TurnId): Promise<TurnRow | undefined> =>
    read
      .selectFrom('turns')
      .selectAll()
      .where((eb) => eb.and(mine(scope)))
      .where('id', '=', id)
      .executeTakeFirst()

  /** The stored events of a turn after that number, in order. */
  const eventsAfter = async (scope: Scope, place: { turnId: TurnId; after: number }): Promise<NumberedEvent[]> => {
    const runs = await read
      .selectFrom('turnEvents')
      .selectAll()
      .where('ownerId', '=', scope.userId)
      .where('turnId', '=', place.turnId)
      .where('lastNumber', '>', place.after)
      .orderBy('firstNumber')
      .execute()
    return runs
      .flatMap((run) =>
        (JSON.parse(run.events) as TurnEvent[]).map((event, index) => ({ number: run.firstNumber + index, event })),
      )
      .filter(({ number }) => number > place.after)
  }

  /** The number of the last stored event of a turn; undefined when none is kept. */
  const lastNumber = async (scope: Scope, turnId: TurnId): Promise<number | undefined> => {
    const row = await read
      .selectFrom('turnEvents')
      .select((eb) => eb.fn.max('lastNumber').as('last'))
      .where('ownerId', '=', scope.userId)
      .where('turnId', '=', turnId)
      .executeTakeFirst()
    return row?.last ?? undefined
  }

  const findContext = (scope: Scope, messageId: MessageId): Promise<ContextRecordRow | undefined> =>
    read
      .selectFrom('contextRecords')
      .selectAll()
      .where('ownerId', '=', scope.userId)
      .where('messageId', '=', messageId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()

  /**
   * Turns that a stopped server left running, of every owner: only the start of the server may ask this.
   * @NOTE the one query without an owner; each row is then repaired in the scope that it names itself.
   */
  const listRunning = (limit: number): Promise<TurnRow[]> =>
    read.selectFrom('turns').selectAll().where('status', '=', 'running').orderBy('id').limit(limit).execute()

  return { find, eventsAfter, lastNumber, findContext, listRunning, ...turnWrites(), ...recordWrites(now) }
}

function turnWrites() {
  const insert = (tx: WriteTransaction, row: TurnRow) =>
    tx.withTables<ChatTables>().insertInto('turns').values(row).execute()

  const findRunning = (tx: WriteTransaction, scope: Scope, conversationId: TurnRow['conversationId']) =>
    tx
      .withTables<ChatTables>()
      .selectFrom('turns')
      .select('id')
      .where((eb) => eb.and(mine(scope)))
      .where('conversationId', '=', conversationId)
      .where('status', '=', 'running')
      .limit(1)
      .executeTakeFirst()

  const update = (tx: WriteTransaction, scope: Scope, change: { id: TurnId; patch: Partial<TurnRow> }) =>
    tx
      .withTables<ChatTables>()
      .updateTable('turns')
      .set(change.patch)
      .where((eb) => eb.and(mine(scope)))
      .where('id', '=', change.id)
      .executeTakeFirst()

  return { insert, findRunning, update }
}

function recordWrites(now: () => Date) {
  /**
   * Stores a run of events under the numbers of its first and last. A write that was told to have failed may be found
   * stored all the same: the run that is tried again begins alike, and takes its place.
   */
  const appendEvents = async (
    tx: WriteTransaction,
    scope: Scope,
    run: { turnId: TurnId; events: readonly NumberedEvent[] },
  ): Promise<void> => {
    const [first, last] = [run.events[0], run.events.at(-1)]
    if (first === undefined || last === undefined) return
    const row: TurnEventsRow = {
      turnId: run.turnId,
      ownerId: scope.userId,
      firstNumber: first.number,
      lastNumber: last.number,
      events: JSON.stringify(run.events.map(({ event }) => event)),
      createdAt: now().getTime(),
    }
    const { lastNumber, events, createdAt } = row
    await tx
      .withTables<ChatTables>()
      .insertInto('turnEvents')
      .values(row)
      .onConflict((on) => on.columns(['turnId', 'firstNumber']).doUpdateSet({ lastNumber, events, createdAt }))
      .execute()
  }

  /** Keeps what an answer was made from, under the id of its turn; once, however often the end is tried. */
  const insertContext = (tx: WriteTransaction, scope: Scope, kept: { row: TurnRow; record: ContextRecord }) =>
    tx
      .withTables<ChatTables>()
      .insertInto('contextRecords')
      .values({
        id: kept.row.id,
        ownerId: scope.userId,
        turnId: kept.row.id,
        messageId: kept.row.assistantMessageId,
        model: kept.record.context.model,
        requestHash: kept.record.requestHash,
        record: JSON.stringify(kept.record),
        createdAt: now().getTime(),
      })
      .onConflict((on) => on.column('id').doNothing())
      .execute()

  /** Drops the events of turns that ended before then: they can no longer be resumed, the messages stay. */
  const dropEvents = (tx: WriteTransaction, before: number) =>
    tx
      .withTables<ChatTables>()
      .deleteFrom('turnEvents')
      .where('createdAt', '<', before)
      .where('turnId', 'not in', (eb) => eb.selectFrom('turns').select('id').where('status', '=', 'running'))
      .execute()

  return { appendEvents, insertContext, dropEvents }
}

export type TurnStore = ReturnType<typeof createTurnStore>

/** A row as it goes over the wire. */
export const presentTurn = (row: TurnRow): Turn => ({
  id: row.id,
  conversationId: row.conversationId,
  userMessageId: row.userMessageId,
  assistantMessageId: row.assistantMessageId,
  status: row.status,
  model: row.model,
  createdAt: new Date(row.createdAt).toISOString(),
  endedAt: row.endedAt === null ? null : new Date(row.endedAt).toISOString(),
})
