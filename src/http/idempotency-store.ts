import type { Kysely, Transaction } from 'kysely'

type IdempotencyTables = {
  idempotencyKeys: {
    ownerId: string
    key: string
    fingerprint: string
    /** JSON. */
    reply: string
    /** Milliseconds since 1970, UTC. */
    createdAt: number
  }
}

// biome-ignore lint/complexity/noBannedTypes: the empty schema is what this room adds its table to
type Reader = Kysely<{}>
// biome-ignore lint/complexity/noBannedTypes: as above
type Writer = Transaction<{}>

export type StoredReply = { readonly fingerprint: string; readonly reply: string }
type Owned = { readonly ownerId: string; readonly key: string }

const columns = ['fingerprint', 'reply'] as const

/** SQL for `idempotency_keys`. Every query names the owner. */
export const idempotencyStore = {
  find(reader: Reader, { ownerId, key }: Owned, sinceMs: number): Promise<StoredReply | undefined> {
    return reader
      .withTables<IdempotencyTables>()
      .selectFrom('idempotencyKeys')
      .select(columns)
      .where('ownerId', '=', ownerId)
      .where('key', '=', key)
      .where('createdAt', '>=', sinceMs)
      .executeTakeFirst()
  },

  /** Tells whether the row was new. The primary key, and not a look beforehand, decides between two at once. */
  async insert(tx: Writer, row: Owned & StoredReply & { readonly createdAt: number }): Promise<boolean> {
    const result = await tx
      .withTables<IdempotencyTables>()
      .insertInto('idempotencyKeys')
      .values(row)
      .onConflict((conflict) => conflict.columns(['ownerId', 'key']).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  },

  async removeOne(tx: Writer, { ownerId, key }: Owned, beforeMs: number): Promise<void> {
    await tx
      .withTables<IdempotencyTables>()
      .deleteFrom('idempotencyKeys')
      .where('ownerId', '=', ownerId)
      .where('key', '=', key)
      .where('createdAt', '<', beforeMs)
      .execute()
  },

  /** For all owners: what has expired belongs to nobody's request any more. */
  async removeExpired(tx: Writer, beforeMs: number): Promise<number> {
    const result = await tx
      .withTables<IdempotencyTables>()
      .deleteFrom('idempotencyKeys')
      .where('createdAt', '<', beforeMs)
      .executeTakeFirst()
    return Number(result.numDeletedRows)
  },
}
