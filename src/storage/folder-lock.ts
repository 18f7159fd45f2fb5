import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ProblemError } from '../core/index.ts'

/** Where the server of a data folder takes requests, and by what it can be told from any other program. */
export type ServerAddress = {
  /** With the base path, as the server listens: its host may be `0.0.0.0`. */
  readonly url: string
  /** Random for each start; `/livez` tells the same. */
  readonly instance: string
}

/** Held for as long as this process uses the data folder. */
export type FolderLock = {
  /** Writes the address down for the commands that find the folder in use; only the folder's user can read it. */
  readonly note: (address: ServerAddress) => void
  readonly release: () => void
}

const OWNER_ONLY = 0o600

const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5

function holderOf(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Where the server that has this data folder open takes requests; undefined when it has not written that down. */
export function findServer(folder: string): ServerAddress | undefined {
  try {
    const [url, instance] = readFileSync(join(folder, 'hearth.address'), 'utf8').split('\n')
    return url && instance ? { url, instance } : undefined
  } catch {
    return undefined
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'lies on a disk that cannot be written',
  EEXIST: 'is a file',
  ENOTDIR: 'is not a folder, or lies in what is none',
  EISDIR: 'is a folder where a file is needed',
}

/** Words what an operator can mend; whatever else happened is given back as it came. */
function folderProblem(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof ProblemError) return error
  const { code, path = folder } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ProblemError('storage-full', { cause: error })
  const reason = code === 'ERR_SQLITE_ERROR' ? `cannot be locked: ${error.message}` : reasons[code ?? '']
  if (reason === undefined) return error
  const detail = `The data folder ${folder} cannot be used: ${path} ${reason}. Mend that, or choose another folder.`
  return new ProblemError('database-unusable', { detail, cause: error })
}

/**
 * Makes this process the only one that uses a data folder; makes the folder where there is none. The lock is one of the
 * operating system on an empty SQLite file: it goes with the process, however that ends, and is never stale.
 * @throws ProblemError `database-in-use` with the other process' id in its detail; `database-unusable`, `storage-full`
 */
export function lockFolder(folder: string): FolderLock {
  try {
    return takeLock(folder)
  } catch (error) {
    throw folderProblem(error, folder)
  }
}

function takeLock(folder: string): FolderLock {
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700)
  const lockFile = join(folder, 'hearth.lock')
  const pidFile = join(folder, 'hearth.pid')
  writeFileSync(lockFile, '', { flag: 'a', mode: OWNER_ONLY })
  const lock = new DatabaseSync(lockFile, { timeout: 0 })
  try {
    // In memory, for the lock alone is wanted: a journal beside it would be one more file that a crash leaves.
    lock.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    lock.close()
    if (!isLocked(error)) throw error
    const holder = holderOf(pidFile)
    const process = holder ? `the process ${holder}` : 'another process'
    throw new ProblemError('database-in-use', {
      detail: `The data folder ${folder} is in use by ${process}. Stop it first, or choose another folder.`,
      cause: error,
    })
  }
  const addressFile = join(folder, 'hearth.address')
  try {
    // One that was killed has left its address.
    rmSync(addressFile, { force: true })
    writeFileSync(pidFile, `${process.pid}\n`, { mode: OWNER_ONLY })
  } catch (error) {
    lock.close()
    throw error
  }
  return {
    note: ({ url, instance }) => writeFileSync(addressFile, `${url}\n${instance}\n`, { flag: 'wx', mode: OWNER_ONLY }),
    release() {
      rmSync(addressFile, { force: true })
      rmSync(pidFile, { force: true })
      lock.close()
    },
  }
}
