import { statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { type Log, ProblemError } from '../../core/index.ts'
import { compareMigrations } from '../migrate.ts'
import type { Migration } from '../migrations/index.ts'
import { sizeOf } from './file.ts'
import { isBusy, isUnreadable } from './problems.ts'

/** Stands in the header of every database file of ours: "HRTH". */
export const APPLICATION_ID = 0x48525448
/** A file that was closed properly is read through only up to this size; one that was not, up to the greater. */
const CHECKED_WHEN_CLEAN_BYTES = 32 * 1024 * 1024
const CHECKED_WHEN_UNCLEAN_BYTES = 512 * 1024 * 1024

/** What a look at the file found. `pending` are the migrations it still needs. */
export type Inspection =
  | { readonly type: 'absent' }
  | { readonly type: 'ours'; readonly pending: readonly Migration[]; readonly unclean: boolean }

const refuse = (path: string, reason: string, cause?: unknown): ProblemError =>
  new ProblemError('database-unusable', {
    detail:
      `${path} ${reason}. It has not been touched. Put a backup in its place, ` +
      `or move it (and ${path}-wal, where there is one) away to start with an empty database.`,
    cause,
  })

const readPragma = (database: DatabaseSync, pragma: string): unknown =>
  Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})[0]

/** Reads from a file that may be no database at all; whatever SQLite says against it becomes the refusal. */
function readWith<T>(path: string, location: string | URL, read: (database: DatabaseSync) => T): T {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(location, { readOnly: true, timeout: 1000 })
    return read(database)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    if (isBusy(error)) throw new ProblemError('storage-busy', { retryAfterMs: 1000, cause: error })
    if (isUnreadable(error) || statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      const detail = `${path} cannot be opened. Check that it is a file and that this user may read and write it.`
      throw new ProblemError('database-unusable', { detail, cause: error })
    }
    throw refuse(path, 'is not a database that can be read; it may be damaged', error)
  } finally {
    database?.close()
  }
}

/** Without locks, journals or recovery: what the file itself says, and nothing appears beside it. */
function immutable(path: string): URL {
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  return url
}

function checkOwnership(path: string, database: DatabaseSync): void {
  if (readPragma(database, 'application_id') === APPLICATION_ID) return
  throw refuse(path, 'is not a database of Hearth')
}

/** Checks the trees of all tables; not what FTS5 keeps in its own, which takes ten times as long as all the rest. */
function isWhole(database: DatabaseSync): boolean {
  const tables = database.prepare(`select name from sqlite_schema where type = 'table' and rootpage > 0`).all()
  const names = ['sqlite_schema', ...tables.map(({ name }) => String(name))]
  return names.every((name) => readPragma(database, `quick_check('${name.replaceAll("'", "''")}')`) === 'ok')
}

function checkContents(path: string, database: DatabaseSync, isReadThrough: boolean): readonly Migration[] {
  if (isReadThrough && !isWhole(database)) throw refuse(path, 'is damaged')
  const rows = database.prepare('select name from hearth_migrations order by name').all()
  const { pending, unknown } = compareMigrations(rows.map(({ name }) => String(name)))
  if (unknown.length > 0) {
    throw refuse(path, `was written by a newer version of Hearth (${unknown.join(', ')}); install that version again`)
  }
  return pending
}

/** Reads with the write-ahead log that an unclean end has left, and takes away the index SQLite makes for it. */
async function readWithLog<T>(path: string, read: (database: DatabaseSync) => T): Promise<T> {
  const indexExisted = (await sizeOf(`${path}-shm`)) !== undefined
  try {
    return readWith(path, path, read)
  } finally {
    if (!indexExisted) await rm(`${path}-shm`, { force: true })
  }
}

/**
 * Looks at a database file without changing a byte of it or leaving anything beside it.
 * @throws ProblemError `database-unusable` when the file is damaged, another program's or a newer version's
 */
export async function inspectFile(path: string, log: Log): Promise<Inspection> {
  const [sizeBytes, logBytes] = await Promise.all([sizeOf(path), sizeOf(`${path}-wal`)])
  if (!sizeBytes) {
    if (logBytes) throw refuse(path, `is missing or empty, and its write-ahead log ${path}-wal is still there`)
    return { type: 'absent' }
  }
  const unclean = Boolean(logBytes)
  const limitBytes = unclean ? CHECKED_WHEN_UNCLEAN_BYTES : CHECKED_WHEN_CLEAN_BYTES
  const isReadThrough = sizeBytes <= limitBytes
  if (unclean && !isReadThrough) log.warn('database-check-skipped', { sizeBytes, limitBytes })
  readWith(path, immutable(path), (database) => checkOwnership(path, database))
  const check = (database: DatabaseSync) => checkContents(path, database, isReadThrough)
  const pending = unclean ? await readWithLog(path, check) : readWith(path, immutable(path), check)
  return { type: 'ours', pending, unclean }
}
