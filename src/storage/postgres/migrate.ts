import type { Pool, PoolClient } from 'pg'
import { ProblemError } from '../../core/index.ts'
import { postgresDialect } from '../dialect.ts'
import { compareMigrations, migrationsTable } from '../migrate.ts'

/** Names the lock that starts of Hearth take on one schema of one database: "HRTH". */
const LOCK_NAME = 0x48525448
const DUPLICATE_TABLE = '42P07'

const unusable = (detail: string, cause?: unknown) => new ProblemError('database-unusable', { detail, cause })

async function appliedNames(client: PoolClient): Promise<readonly string[]> {
  const table = `select 1 from pg_tables where schemaname = current_schema() and tablename = 'hearth_migrations'`
  const { rowCount } = await client.query(table)
  if (rowCount === 0) {
    await client.query(migrationsTable(postgresDialect))
    return []
  }
  const { rows } = await client.query<{ name: string }>('select name from hearth_migrations order by name')
  return rows.map(({ name }) => name)
}

async function migrateIn(client: PoolClient, now: () => Date): Promise<readonly string[]> {
  // Ends with the transaction: a second start waits here, and then finds the work done.
  await client.query('select pg_advisory_xact_lock($1, hashtext(current_schema()))', [LOCK_NAME])
  const { pending, unknown } = compareMigrations(await appliedNames(client))
  if (unknown.length > 0) {
    throw unusable(
      `The database was written by a newer version of Hearth (${unknown.join(', ')}); nothing has been changed. ` +
        'Install that version again, or name another database in DATABASE_URL.',
    )
  }
  for (const { name, statements } of pending) {
    for (const statement of statements(postgresDialect)) await client.query(statement)
    await client.query('insert into hearth_migrations (name, applied_at) values ($1, $2)', [name, now().getTime()])
  }
  return pending.map(({ name }) => name)
}

const isDuplicateTable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === DUPLICATE_TABLE

/**
 * Brings the schema up to this version in one transaction, and gives the names of the migrations it took.
 * @throws ProblemError `database-unusable` when the schema is newer or another program's
 */
export async function migratePostgres(pool: Pool, now: () => Date): Promise<readonly string[]> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const taken = await migrateIn(client, now)
    await client.query('commit')
    return taken
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    if (!isDuplicateTable(error)) throw error
    throw unusable(
      'The database holds tables of another program under names of ours; nothing has been changed. ' +
        'Name another database, or another schema, in DATABASE_URL.',
      error,
    )
  } finally {
    client.release()
  }
}
