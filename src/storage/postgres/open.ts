import { setTimeout as delay } from 'node:timers/promises'
import { CamelCasePlugin, Kysely } from 'kysely'
import type { Pool } from 'pg'
import { type Log, ProblemError } from '../../core/index.ts'
import type { Database, WriteTransaction } from '../database.ts'
import { createPool, createPostgresDialect } from './dialect.ts'
import { createPostgresFullText } from './full-text.ts'
import { migratePostgres } from './migrate.ts'
import { isUndoneByOthers, translatePostgresError } from './problems.ts'

type Deps = { readonly url: string; readonly now: () => Date; readonly log: Log }
type Options = { readonly busyTimeoutMs: number }

const LONGEST_PAUSE_MS = 200

/** Says so when the server answers a commit before it is on its disk: that is the operator's choice, not ours. */
async function warnOfLaxServer(pool: Pool, log: Log): Promise<void> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`,
  )
  const lax = rows.filter(({ setting }) => setting === 'off')
  if (lax.length > 0) log.warn('database-not-durable', { settings: lax.map(({ name }) => `${name}=off`) })
}

/**
 * Runs a write as if it were alone, as it is on SQLite; when others that ran beside it have undone it, runs it again.
 * A write may therefore run more than once, and only its last run counts. It is given up after `busyTimeoutMs`.
 */
async function runAlone<T>(
  // biome-ignore lint/complexity/noBannedTypes: each room adds its own tables; the empty schema is what they add to
  kysely: Kysely<{}>,
  work: (tx: WriteTransaction) => Promise<T>,
  { busyTimeoutMs }: Options,
): Promise<T> {
  const lastMs = performance.now() + busyTimeoutMs
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await kysely.transaction().setIsolationLevel('serializable').execute(work)
    } catch (error) {
      if (!isUndoneByOthers(error) || performance.now() > lastMs) throw error
    }
    await delay(Math.random() * Math.min(2 ** attempt, LONGEST_PAUSE_MS))
  }
}

/** Lets calls pass until it is closed; closing waits for those that have passed. */
function createGate() {
  const passed = new Set<Promise<unknown>>()
  let isClosed = false
  return {
    async pass<T>(call: () => Promise<T>): Promise<T> {
      if (isClosed) throw new ProblemError('shutting-down')
      const running = call()
      passed.add(running)
      try {
        return await running
      } finally {
        passed.delete(running)
      }
    },
    async close(): Promise<void> {
      isClosed = true
      await Promise.allSettled(passed)
    },
  }
}

/**
 * Opens a PostgreSQL database and brings its schema up to date.
 * @throws ProblemError `database-unusable`, `storage-unreachable`
 */
export async function openPostgres({ url, now, log }: Deps, { busyTimeoutMs }: Options): Promise<Database> {
  const pool = createPool(url, { connectTimeoutMs: busyTimeoutMs, log })
  try {
    const taken = await migratePostgres(pool, now)
    if (taken.length > 0) log.info('database-upgraded', { migrations: taken })
    await warnOfLaxServer(pool, log)
  } catch (error) {
    await pool.end()
    throw translatePostgresError(error)
  }
  // biome-ignore lint/complexity/noBannedTypes: each room adds its own tables; the empty schema is what they add to
  const kysely = new Kysely<{}>({ dialect: createPostgresDialect(pool), plugins: [new CamelCasePlugin()] })
  // The first query takes the pool over; one that never ran would leave it open when the database is closed.
  await kysely.connection().execute(async () => undefined)
  const writes = createGate()
  return {
    read: kysely,
    write: (work) => writes.pass(() => runAlone(kysely, work, { busyTimeoutMs })),
    fullText: createPostgresFullText(kysely),
    async close() {
      await writes.close()
      await kysely.destroy()
    },
  }
}
