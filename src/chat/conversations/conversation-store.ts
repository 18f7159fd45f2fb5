import type { Scope } from '../../core/index.ts'
import type { Database, WriteTransaction } from '../../storage/index.ts'
import type { Conversation, ConversationId, MessageId } from '../schema.ts'
import type { ChatTables, ConversationRow } from '../tables.ts'

export type ConversationPatch = Partial<
  Pick<ConversationRow, 'title' | 'systemPrompt' | 'model' | 'headMessageId' | 'updatedAt'>
>

/** Where a page of the list begins: after the conversation that was last changed then. */
export type ListPosition = { readonly updatedAt: number; readonly id: string }

const mine = (scope: Scope) => ({ ownerId: scope.userId, brainId: scope.brainId })

/** Rows of `conversations`; every statement names the owner and the brain. */
export function createConversationStore(db: Database) {
  const read = db.read.withTables<ChatTables>()

  const find = (scope: Scope, id: ConversationId): Promise<ConversationRow | undefined> =>
    read
      .selectFrom('conversations')
      .selectAll()
      .where((eb) => eb.and(mine(scope)))
      .where('id', '=', id)
      .executeTakeFirst()

  const findHome = (scope: Scope): Promise<ConversationRow | undefined> =>
    read
      .selectFrom('conversations')
      .selectAll()
      .where((eb) => eb.and(mine(scope)))
      .where('kind', '=', 'home')
      .executeTakeFirst()

  const list = (
    scope: Scope,
    page: { limit: number; after?: ListPosition | undefined },
  ): Promise<ConversationRow[]> => {
    const { after, limit } = page
    let query = read
      .selectFrom('conversations')
      .selectAll()
      .where((eb) => eb.and(mine(scope)))
    if (after !== undefined) {
      query = query.where((eb) =>
        eb.or([
          eb('updatedAt', '<', after.updatedAt),
          eb.and([eb('updatedAt', '=', after.updatedAt), eb('id', '<', after.id as ConversationId)]),
        ]),
      )
    }
    return query.orderBy('updatedAt', 'desc').orderBy('id', 'desc').limit(limit).execute()
  }

  const runningTurns = async (scope: Scope, ids: readonly ConversationId[]): Promise<ReadonlyMap<string, string>> => {
    if (ids.length === 0) return new Map()
    const rows = await read
      .selectFrom('turns')
      .select(['conversationId', 'id'])
      .where((eb) => eb.and(mine(scope)))
      .where('status', '=', 'running')
      .where('conversationId', 'in', [...ids])
      .orderBy('id')
      .execute()
    return new Map(rows.map((row) => [row.conversationId, row.id]))
  }

  const titles = async (scope: Scope, ids: readonly ConversationId[]): Promise<ReadonlyMap<string, string>> => {
    if (ids.length === 0) return new Map()
    const rows = await read
      .selectFrom('conversations')
      .select(['id', 'title'])
      .where((eb) => eb.and(mine(scope)))
      .where('id', 'in', [...ids])
      .execute()
    return new Map(rows.map(({ id, title }) => [id, title]))
  }

  return { find, findHome, list, runningTurns, titles, ...writes() }
}

function writes() {
  const insert = (tx: WriteTransaction, row: ConversationRow) =>
    tx
      .withTables<ChatTables>()
      .insertInto('conversations')
      .values(row)
      .onConflict((on) => on.doNothing())
      .execute()

  /** Changes a conversation of this owner; undefined when there is none. Locks the row until the commit. */
  const update = (tx: WriteTransaction, scope: Scope, change: { id: ConversationId; patch: ConversationPatch }) =>
    tx
      .withTables<ChatTables>()
      .updateTable('conversations')
      .set(change.patch)
      .where((eb) => eb.and(mine(scope)))
      .where('id', '=', change.id)
      .returningAll()
      .executeTakeFirst()

  const remove = async (tx: WriteTransaction, scope: Scope, id: ConversationId): Promise<boolean> => {
    const gone = await tx
      .withTables<ChatTables>()
      .deleteFrom('conversations')
      .where((eb) => eb.and(mine(scope)))
      .where('id', '=', id)
      .executeTakeFirst()
    return Number(gone.numDeletedRows) > 0
  }

  return { insert, update, remove }
}

export type ConversationStore = ReturnType<typeof createConversationStore>

/** A row as it goes over the wire. */
export const presentConversation = (row: ConversationRow, runningTurnId: string | undefined): Conversation => ({
  id: row.id,
  title: row.title,
  kind: row.kind,
  systemPrompt: row.systemPrompt,
  model: row.model,
  headMessageId: row.headMessageId as MessageId | null,
  runningTurnId: runningTurnId ?? null,
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
})
