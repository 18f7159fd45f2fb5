import { isAbsolute, join, resolve } from 'node:path'
import { type Log, ProblemError } from '../core/index.ts'
import type { Database } from './database.ts'
import { openPostgres } from './postgres/open.ts'
import { openSqlite } from './sqlite/open.ts'

type Deps = {
  /** `sqlite`, `sqlite:///file.db` (within the data folder unless it is absolute), or `postgres://…`. */
  readonly url: string
  /** The data folder. Lock it first with `lockFolder`. */
  readonly folder: string
  readonly now?: () => Date
  readonly log: Log
}

type Options = {
  /** How long a read or write waits for another process that holds the database. */
  readonly busyTimeoutMs?: number
}

const DEFAULT_BUSY_TIMEOUT_MS = 5000

/** The file a `sqlite` address names, or `undefined` when it is no such address. */
function sqliteFile(url: string, folder: string): string | undefined {
  const match = /^sqlite(?::(?:\/\/\/?)?(?<file>.*))?$/i.exec(url)
  if (!match) return undefined
  const file = match.groups?.file || 'hearth.db'
  return isAbsolute(file) ? file : resolve(join(folder, file))
}

/**
 * Opens the database: makes it where there is none, refuses what is damaged, foreign or newer without touching it, and
 * brings an older one up to date after a snapshot.
 * @throws ProblemError `database-unusable`, `storage-busy`, `storage-full`, `storage-failed`, `storage-unreachable`
 */
export async function openDatabase(deps: Deps, options: Options = {}): Promise<Database> {
  const { url, folder, log, now = () => new Date() } = deps
  const busyTimeoutMs = options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS
  const path = sqliteFile(url, folder)
  if (path !== undefined) return openSqlite({ path, folder, now, log }, { busyTimeoutMs })
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres({ url, now, log }, { busyTimeoutMs })
  throw new ProblemError('invalid-configuration', { detail: 'DATABASE_URL must begin with sqlite or postgres://.' })
}
