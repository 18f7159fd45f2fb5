import { type Generated, type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import { createId, type Scope } from '../core/index.ts'
import type { Database, WriteTransaction } from '../storage/index.ts'
import type { Entry, EntryId, EntryKind, EntryRole, NewEntry, Owner } from './entry.ts'

type TimelineTable = {
  rowId: Generated<number>
  id: string
  ownerId: string
  brainId: string
  at: number
  kind: string
  refId: string
  conversationId: string | null
  source: string
  channel: string
  role: string
  text: string
}

type TimelineTables = { timeline: TimelineTable }

/** An entry with its place in the log, which the full-text index and the cursors speak of. */
export type Placed = Entry & { readonly rowId: number }

/** Where a page of the list begins: after this entry, in the order asked for. */
export type Place = { readonly atMs: number; readonly rowId: number }

export type Filter = {
  readonly start?: Date | undefined
  readonly end?: Date | undefined
  readonly kinds?: readonly EntryKind[] | undefined
  readonly sources?: readonly string[] | undefined
  readonly conversationId?: string | undefined
}

export type ListQuery = Filter & {
  readonly after?: Place | undefined
  readonly limit: number
  readonly order: 'oldest' | 'newest'
}

type Sample = { readonly offset: number; readonly limit: number; readonly maxLength: number }

const bindLimit = 500
/** Texts may be long, and reading many of them at once keeps everyone waiting. */
const loadedAtOnce = 10

const fromRow = (row: Omit<Selectable<TimelineTable>, 'ownerId' | 'brainId'>): Placed => ({
  rowId: Number(row.rowId),
  id: row.id as EntryId,
  kind: row.kind as EntryKind,
  refId: row.refId,
  conversationId: row.conversationId,
  at: new Date(Number(row.at)),
  source: row.source,
  channel: row.channel,
  role: row.role as EntryRole,
  text: row.text,
})

const chunks = <T>(all: readonly T[], size = bindLimit): (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))

/**
 * @NOTE an expression, so that SQLite reaches the rows by what else is asked: knowing no counts, it would rather go
 * through all entries of the owner by the index on that column.
 */
const unindexed = (column: 'ownerId' | 'brainId') => sql<string>`${sql.ref(column)} || ''`

const tablesOf = (tx: WriteTransaction) => tx.withTables<TimelineTables>()

type Rows = SelectQueryBuilder<TimelineTables, 'timeline', object>

const filtered = <Q extends Rows>(rows: Q, { start, end, kinds, sources, conversationId }: Filter): Rows => {
  let query: Rows = rows
  if (start) query = query.where('at', '>=', start.getTime())
  if (end) query = query.where('at', '<', end.getTime())
  if (kinds) query = query.where('kind', 'in', kinds)
  if (sources) query = query.where('source', 'in', sources)
  if (conversationId !== undefined) query = query.where('conversationId', '=', conversationId)
  return query
}

/** @returns the number of the new row */
export async function insertEntry(tx: WriteTransaction, { userId, brainId }: Owner, entry: NewEntry): Promise<number> {
  const { rowId } = await tablesOf(tx)
    .insertInto('timeline')
    .values({ ...entry, id: createId<'entry'>(), ownerId: userId, brainId, at: entry.at.getTime() })
    .returning('rowId')
    .executeTakeFirstOrThrow()
  return Number(rowId)
}

/** The rows of an owner that stand for these things, or belong to these conversations. */
export async function findRowIds(
  tx: WriteTransaction,
  ownerId: string,
  by: { column: 'refId' | 'conversationId'; ids: readonly string[] },
): Promise<number[]> {
  const found: number[] = []
  for (const ids of chunks(by.ids)) {
    const rows = await tablesOf(tx)
      .selectFrom('timeline')
      .select('rowId')
      .where(unindexed('ownerId'), '=', ownerId)
      .where(by.column, 'in', ids)
      .execute()
    for (const { rowId } of rows) found.push(Number(rowId))
  }
  return found
}

export async function removeRows(tx: WriteTransaction, ownerId: string, rowIds: readonly number[]): Promise<void> {
  for (const ids of chunks(rowIds)) {
    await tablesOf(tx)
      .deleteFrom('timeline')
      .where(unindexed('ownerId'), '=', ownerId)
      .where('rowId', 'in', ids)
      .execute()
  }
}

/** Reads the merged log. Every query is bound to the owner; those of a reader also to the brain. */
export function createTimelineStore({ db }: { db: Database }) {
  const read = db.read.withTables<TimelineTables>()

  return {
    /** The entries of these rows that the reader may see, in no order, a few at a time. */
    async *load(scope: Scope, rowIds: readonly number[], filter: Filter): AsyncGenerator<Placed> {
      for (const ids of chunks(rowIds, loadedAtOnce)) {
        const rows = await filtered(
          read
            .selectFrom('timeline')
            .where('rowId', 'in', ids)
            .where(unindexed('ownerId'), '=', scope.userId)
            .where(unindexed('brainId'), '=', scope.brainId),
          filter,
        )
          .selectAll()
          .execute()
        for (const row of rows) yield fromRow(row)
      }
    },

    async list(scope: Scope, { after, limit, order, ...filter }: ListQuery): Promise<Placed[]> {
      const direction = order === 'oldest' ? 'asc' : 'desc'
      const [reaches, passes] = order === 'oldest' ? (['>=', '>'] as const) : (['<=', '<'] as const)
      let query = filtered(
        read.selectFrom('timeline').where('ownerId', '=', scope.userId).where('brainId', '=', scope.brainId),
        filter,
      )
      if (after) {
        query = query
          .where('at', reaches, after.atMs)
          .where((eb) => eb.or([eb('at', passes, after.atMs), eb('rowId', passes, after.rowId)]))
      }
      const rows = await query.selectAll().orderBy('at', direction).orderBy('rowId', direction).limit(limit).execute()
      return rows.map(fromRow)
    },

    /** The owner's newest entries of all brains, their texts cut: what the statistics of the log are taken from. */
    async newest(ownerId: string, { offset, limit, maxLength }: Sample): Promise<Placed[]> {
      const rows = await read
        .selectFrom('timeline')
        .select(['rowId', 'id', 'kind', 'refId', 'conversationId', 'at', 'source', 'channel', 'role'])
        .select(sql<string>`substr(text, 1, ${maxLength})`.as('text'))
        .where('ownerId', '=', ownerId)
        .orderBy('at', 'desc')
        .orderBy('rowId', 'desc')
        .limit(limit)
        .offset(offset)
        .execute()
      return rows.map(fromRow)
    },

    async count(ownerId: string): Promise<number> {
      const row = await read
        .selectFrom('timeline')
        .select((eb) => eb.fn.countAll<number>().as('entries'))
        .where('ownerId', '=', ownerId)
        .executeTakeFirstOrThrow()
      return Number(row.entries)
    },
  }
}

export type TimelineStore = ReturnType<typeof createTimelineStore>
