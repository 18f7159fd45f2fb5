import { type Kysely, sql } from 'kysely'
import type { Scope } from '../../core/index.ts'
import type { Database, WriteTransaction } from '../../storage/index.ts'
import type { Citation, ConversationId, Message, MessageId } from '../schema.ts'
import type { ChatTables, MessageRow } from '../tables.ts'
import { createBranchQueries } from './branch-queries.ts'

const mine = (scope: Scope) => ({ ownerId: scope.userId, brainId: scope.brainId })

/** Keeps SQLite from reading all messages of the owner where another index leads to the few that are wanted. */
const unindexed = (column: 'ownerId' | 'brainId' | 'parentMessageId') => sql<string | null>`${sql.ref(column)} || ''`

/** Rows of `messages`: one row each, a tree by `parentMessageId`; a branch is the path from a leaf to its root. */
export function createMessageStore(db: Database) {
  const read = db.read.withTables<ChatTables>()

  const find = (scope: Scope, id: MessageId): Promise<MessageRow | undefined> =>
    read
      .selectFrom('messages')
      .selectAll()
      .where((eb) => eb.and(mine(scope)))
      .where('id', '=', id)
      .executeTakeFirst()

  const siblings = (scope: Scope, rows: readonly MessageRow[]) => findSiblings(read, scope, rows)

  const children = (scope: Scope, parent: MessageId): Promise<MessageRow[]> =>
    read
      .selectFrom('messages')
      .selectAll()
      .where((eb) => eb.and(mine(scope)))
      .where('parentMessageId', '=', parent)
      .orderBy('id')
      .execute()

  return { find, siblings, children, log: createLogQuery(db), ...createBranchQueries(db), ...writes() }
}

/** Every version at the places of these messages: the ids under each parent, oldest first. */
async function findSiblings(
  read: Kysely<ChatTables>,
  scope: Scope,
  rows: readonly MessageRow[],
): Promise<ReadonlyMap<string, string[]>> {
  const parents = [...new Set(rows.map((row) => row.parentMessageId).filter((id) => id !== null))]
  const roots = [...new Set(rows.filter((row) => row.parentMessageId === null).map((row) => row.conversationId))]
  const versions = read
    .selectFrom('messages')
    .select(['id', 'parentMessageId', 'conversationId'])
    .where(unindexed('ownerId'), '=', scope.userId)
    .where(unindexed('brainId'), '=', scope.brainId)
    .orderBy('id')
  const below = parents.length === 0 ? [] : await versions.where('parentMessageId', 'in', parents).execute()
  const first =
    roots.length === 0
      ? []
      : await versions.where(unindexed('parentMessageId'), 'is', null).where('conversationId', 'in', roots).execute()
  const groups = new Map<string, string[]>()
  for (const row of [...below, ...first]) {
    const place = row.parentMessageId ?? row.conversationId
    groups.set(place, [...(groups.get(place) ?? []), row.id])
  }
  return groups
}

/** What has been said in one conversation, in the order in which it came, whatever its branch: no unfinished or empty answers. */
const createLogQuery =
  (db: Database) =>
  (
    scope: Scope,
    span: { conversationId: ConversationId; from?: number; to?: number; after?: number; last?: number },
  ): Promise<MessageRow[]> => {
    let query = db.read
      .withTables<ChatTables>()
      .selectFrom('messages')
      .selectAll()
      .where((eb) => eb.and(mine(scope)))
      .where('conversationId', '=', span.conversationId)
      .where('status', '!=', 'streaming')
      .where('text', '!=', '')
    if (span.from !== undefined) query = query.where('createdAt', '>=', span.from)
    if (span.after !== undefined) query = query.where('createdAt', '>', span.after)
    if (span.to !== undefined) query = query.where('createdAt', '<=', span.to)
    if (span.last === undefined) return query.orderBy('createdAt').orderBy('id').execute()
    return query
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(span.last)
      .execute()
      .then((rows) => rows.reverse())
  }

function writes() {
  const insert = (tx: WriteTransaction, rows: readonly MessageRow[]) =>
    tx
      .withTables<ChatTables>()
      .insertInto('messages')
      .values([...rows])
      .execute()

  const findIn = (tx: WriteTransaction, scope: Scope, id: MessageId) =>
    tx
      .withTables<ChatTables>()
      .selectFrom('messages')
      .selectAll()
      .where((eb) => eb.and(mine(scope)))
      .where('id', '=', id)
      .executeTakeFirst()

  const update = (tx: WriteTransaction, scope: Scope, change: { id: MessageId; patch: Partial<MessageRow> }) =>
    tx
      .withTables<ChatTables>()
      .updateTable('messages')
      .set(change.patch)
      .where((eb) => eb.and(mine(scope)))
      .where('id', '=', change.id)
      .executeTakeFirst()

  /** Messages as they go over the wire, with every version at their places, this transaction's own among them. */
  const presentIn = async (tx: WriteTransaction, scope: Scope, rows: readonly MessageRow[]): Promise<Message[]> => {
    const siblings = await findSiblings(tx.withTables<ChatTables>(), scope, rows)
    return rows.map((row) => presentMessage(row, siblings.get(row.parentMessageId ?? row.conversationId)))
  }

  return { insert, findIn, update, presentIn }
}

export type MessageStore = ReturnType<typeof createMessageStore>

/** A row as it goes over the wire; `siblings` are all versions at its place. */
export const presentMessage = (row: MessageRow, siblings: readonly string[] = [row.id]): Message => ({
  id: row.id,
  conversationId: row.conversationId,
  parentMessageId: row.parentMessageId,
  role: row.role,
  source: row.source,
  channel: row.channel,
  text: row.text,
  reasoning: row.reasoning,
  citations: JSON.parse(row.citations) as Citation[],
  model: row.model,
  quality: row.quality,
  usage:
    row.inputTokens === null || row.outputTokens === null
      ? null
      : { inputTokens: row.inputTokens, outputTokens: row.outputTokens, estimated: row.usageEstimated === 1 },
  status: row.status,
  problemCode: row.problemCode,
  turnId: row.turnId,
  siblings: [...siblings],
  createdAt: new Date(row.createdAt).toISOString(),
})
