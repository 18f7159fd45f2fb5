import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { storableParameters } from '../text.ts'
import { isBusy, translateSqliteError } from './problems.ts'

const STATEMENT_CACHE_SIZE = 256
const BUSY_PAUSE_MS = 5

type Prepared = { readonly statement: StatementSync; readonly returnsRows: boolean }
type Deps = { readonly database: DatabaseSync; readonly path: string }
type Options = {
  /** A writer runs a statement only inside a transaction; a reader waits for a lock without holding up the loop. */
  readonly role: 'reader' | 'writer'
  readonly busyTimeoutMs: number
}

/** Keeps the statements used last, so that the SQL of a query is read once. */
function createStatementCache(database: DatabaseSync): (sql: string) => Prepared {
  const kept = new Map<string, Prepared>()
  return (sql) => {
    const found = kept.get(sql)
    if (found) {
      kept.delete(sql)
      kept.set(sql, found)
      return found
    }
    const statement = database.prepare(sql)
    const prepared = { statement, returnsRows: statement.columns().length > 0 }
    kept.set(sql, prepared)
    const oldest = kept.size > STATEMENT_CACHE_SIZE ? kept.keys().next().value : undefined
    if (oldest !== undefined) kept.delete(oldest)
    return prepared
  }
}

// SQLite refuses a value it cannot hold with a TypeError of its own.
const inputs = (query: CompiledQuery): SQLInputValue[] => storableParameters(query.parameters) as SQLInputValue[]

function run<R>({ statement, returnsRows }: Prepared, query: CompiledQuery): QueryResult<R> {
  if (returnsRows) return { rows: statement.all(...inputs(query)) as R[] }
  const { changes, lastInsertRowid } = statement.run(...inputs(query))
  return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] }
}

/** Tries again while another process holds the database, leaving the event loop free in between. */
async function whileBusy<T>(attempt: () => T, busyTimeoutMs: number): Promise<T> {
  const givesUpAtMs = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= givesUpAtMs) throw error
    }
    await delay(BUSY_PAUSE_MS)
  }
}

function createConnection({ database, path }: Deps, { role, busyTimeoutMs }: Options): DatabaseConnection {
  const prepare = createStatementCache(database)

  async function executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (role === 'writer' && !database.isTransaction) {
      throw new Error('A statement of a write came after its transaction had ended')
    }
    try {
      if (role === 'writer') return run<R>(prepare(query.sql), query)
      return await whileBusy(() => run<R>(prepare(query.sql), query), busyTimeoutMs)
    } catch (error) {
      throw translateSqliteError(error, path)
    }
  }

  async function* streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    try {
      // Not from the cache: the same SQL may be asked again while these rows are still being read.
      for (const row of database.prepare(query.sql).iterate(...inputs(query))) yield { rows: [row as R] }
    } catch (error) {
      throw translateSqliteError(error, path)
    }
  }

  return { executeQuery, streamQuery }
}

/** SQLite has one connection here, and whoever begins transactions on it sees to it that they follow each other. */
class SharedConnectionAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

/**
 * Lets Kysely speak to node:sqlite. A Kysely transaction is a savepoint: the writer opens the transaction around it.
 */
export function createSqliteDialect(deps: Deps, options: Options): Dialect {
  const { database, path } = deps
  const connection = createConnection(deps, options)
  const execute = async (sql: string) => {
    try {
      database.exec(sql)
    } catch (error) {
      throw translateSqliteError(error, path)
    }
  }
  const driver: Driver = {
    init: async () => undefined,
    acquireConnection: async () => connection,
    releaseConnection: async () => undefined,
    beginTransaction: () => execute('savepoint work'),
    commitTransaction: () => execute('release work'),
    // A full disk may already have rolled back everything, and with it the savepoint.
    rollbackTransaction: async () => (database.isTransaction ? execute('rollback to work; release work') : undefined),
    destroy: async () => undefined,
  }
  return {
    createAdapter: () => new SharedConnectionAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}
