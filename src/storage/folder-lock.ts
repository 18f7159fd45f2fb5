import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ProblemError } from '../core/index.ts'

/** Held for as long as this process uses the data folder. */
export type FolderLock = { readonly release: () => void }

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

/**
 * Makes this process the only one that uses a data folder; makes the folder where there is none. The lock is one of the
 * operating system on an empty SQLite file: it goes with the process, however that ends, and is never stale.
 * @throws ProblemError `database-in-use` with the other process' id in its detail
 */
export function lockFolder(folder: string): FolderLock {
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
  writeFileSync(pidFile, `${process.pid}\n`, { mode: OWNER_ONLY })
  return {
    release() {
      rmSync(pidFile, { force: true })
      lock.close()
    },
  }
}
