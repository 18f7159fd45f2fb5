import type { Kysely, Transaction } from 'kysely'

/** A transaction in which a room writes. Narrow it to the room's tables with `tx.withTables<ChatTables>()`. */
// biome-ignore lint/complexity/noBannedTypes: each room adds its own tables; the empty schema is what they add to
export type WriteTransaction = Transaction<{}>

/**
 * The one database. Rows are read through `read` and written in `write`; SQL is what both SQLite and PostgreSQL accept.
 * Columns are snake_case in SQL and camelCase in code. Instants are integers: milliseconds since 1970, UTC.
 */
export type Database = {
  /** For reading only: sees what has been committed. Narrow it with `read.withTables<ChatTables>()`. */
  // biome-ignore lint/complexity/noBannedTypes: as above
  readonly read: Kysely<{}>
  /**
   * Runs `work` in a transaction and resolves when it is on the disk. Concurrent calls share one commit and one sync;
   * the failure of one does not touch the others. `work` awaits nothing but queries.
   * @throws ProblemError `storage-full`, `storage-busy`, `storage-failed`, `storage-unreachable`
   */
  readonly write: <T>(work: (tx: WriteTransaction) => Promise<T>) => Promise<T>
  readonly fullText: FullText
  readonly close: () => Promise<void>
}

/** The full-text index over timeline entries, alike on both databases: it stores stems that `language/` has made. */
export type FullText = {
  readonly insert: (
    tx: WriteTransaction,
    row: { rowId: number; ownerId: string; stems: readonly string[] },
  ) => Promise<void>
  readonly remove: (tx: WriteTransaction, rowIds: readonly number[]) => Promise<void>
  /** Entries of this owner that hold any of the stems, best first by the database's own rank (higher is better). */
  readonly search: (query: {
    ownerId: string
    stems: readonly string[]
    limit: number
  }) => Promise<readonly { rowId: number; rank: number }[]>
}
