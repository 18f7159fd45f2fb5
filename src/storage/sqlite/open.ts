import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CamelCasePlugin, Kysely } from 'kysely'
import { type Log, ProblemError } from '../../core/index.ts'
import type { Database } from '../database.ts'
import { createCheckpointer } from './checkpointer.ts'
import { createCheckpoints } from './checkpoints.ts'
import { createSqliteDialect } from './dialect.ts'
import { makePrivate, syncFolderOf } from './file.ts'
import { createSqliteFullText } from './full-text.ts'
import { GroupCommit } from './group-commit.ts'
import { inspectFile } from './inspect.ts'
import { translateSqliteError } from './problems.ts'
import { createFile, upgradeFile } from './upgrade.ts'
import { openWalFile, secureLeftLog, type WalFile } from './wal-file.ts'

export type SqliteDeps = {
  /** The database file. */
  readonly path: string
  /** The data folder, in which snapshots are kept. */
  readonly folder: string
  readonly now: () => Date
  readonly log: Log
  /** What brings the log onto the disk; tests put a faulty one here to see that their checks notice. */
  readonly syncWith?: (wal: WalFile) => () => Promise<void>
}
export type SqliteOptions = { readonly busyTimeoutMs: number }

// NORMAL leaves the sync of a commit to the group commit; checkpoints and the log's header are synced all the same.
const commonPragmas = `
  pragma foreign_keys = on;
  pragma temp_store = memory;
  pragma trusted_schema = off;
  pragma wal_autocheckpoint = 0;`
const writerPragmas = `${commonPragmas}
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma cache_size = -16000;
  pragma journal_size_limit = 67108864;`
const readerPragmas = `${commonPragmas}
  pragma cache_size = -16000;`

/** Makes the file where there is none, and otherwise makes sure that it is ours, whole and of this version. */
async function prepare({ path, folder, now, log }: SqliteDeps): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const found = await inspectFile(path, log)
  if (found.type === 'absent') return createFile(path, now)
  await makePrivate(path)
  if (found.unclean) await secureLeftLog(`${path}-wal`)
  if (found.pending.length === 0) return
  const database = new DatabaseSync(path, { timeout: 1000 })
  try {
    database.exec('pragma synchronous = full')
    const snapshot = await upgradeFile(database, found.pending, { path, folder, now })
    log.info('database-upgraded', { snapshot, migrations: found.pending.map(({ name }) => name) })
  } finally {
    database.close()
  }
}

function openConnection(path: string, role: 'reader' | 'writer'): DatabaseSync {
  // A wait for a lock inside SQLite would hold up the event loop: callers wait outside of it.
  const database = new DatabaseSync(path, { timeout: 0, defensive: true, readOnly: role === 'reader' })
  try {
    database.exec(role === 'writer' ? writerPragmas : readerPragmas)
    // The first read opens the log, and makes it where there is none.
    database.prepare('select count(*) from hearth_migrations').get()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function connect(deps: SqliteDeps, { busyTimeoutMs }: SqliteOptions, role: 'reader' | 'writer') {
  const { path } = deps
  const database = openConnection(path, role)
  // biome-ignore lint/complexity/noBannedTypes: each room adds its own tables; the empty schema is what they add to
  const kysely = new Kysely<{}>({
    dialect: createSqliteDialect({ database, path }, { role, busyTimeoutMs }),
    plugins: [new CamelCasePlugin()],
  })
  return { database, kysely }
}

async function assemble(deps: SqliteDeps, options: SqliteOptions): Promise<Database> {
  const { path, log } = deps
  const writer = connect(deps, options, 'writer')
  const reader = connect(deps, options, 'reader')
  const wal = await openWalFile(`${path}-wal`)
  await syncFolderOf(path)
  const checkpointer = createCheckpointer(path)
  const checkpoints = createCheckpoints({
    database: writer.database,
    checkpointer,
    log,
    onFailure: (message) => commits.fail(new Error(message)),
  })
  const frames = writer.database.prepare('pragma wal_checkpoint(noop)')
  const commits: GroupCommit = new GroupCommit(
    {
      ...writer,
      path,
      checkpoints,
      log,
      sync: deps.syncWith?.(wal) ?? wal.sync,
      mend: async () => {
        await checkpoints.idle()
        await wal.rewrite(Number(frames.get()?.log))
      },
    },
    options,
  )
  return {
    read: reader.kysely,
    write: (work) => commits.write(work),
    fullText: createSqliteFullText(reader.kysely),
    async close() {
      await commits.close()
      await checkpoints.idle()
      await checkpointer.close()
      await wal.close()
      // The last to close brings the log into the file. After a fault it must not: the reader cannot, and so the log
      // stays for the next start, as after a kill.
      const last = commits.hasFailed ? reader : writer
      const first = last === reader ? writer : reader
      first.database.close()
      last.database.close()
    },
  }
}

/**
 * Opens the database file, or makes it.
 * @throws ProblemError `database-unusable`, `storage-busy`, `storage-full`, `storage-failed`
 */
export async function openSqlite(deps: SqliteDeps, options: SqliteOptions): Promise<Database> {
  try {
    await prepare(deps)
    return await assemble(deps, options)
  } catch (error) {
    throw openingProblem(error, deps.path)
  }
}

function openingProblem(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ProblemError('storage-full', { cause: error })
  if (code === 'EIO') return new ProblemError('storage-failed', { cause: error })
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR'].includes(String(code))) {
    const detail = `${path} cannot be opened or made (${code}). Check the folder and who may write to it.`
    return new ProblemError('database-unusable', { detail, cause: error })
  }
  return translateSqliteError(error, path)
}
