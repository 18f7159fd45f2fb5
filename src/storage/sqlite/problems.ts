import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ProblemCode, ProblemError } from '../../core/index.ts'

// Result codes of SQLite: https://www.sqlite.org/rescode.html
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const CONSTRAINT_PRIMARYKEY = 1555
const CONSTRAINT_UNIQUE = 2067
const NOTADB = 26
/** Failures of a write, of a truncation and of growing the shared memory file: a full disk causes them too. */
const causedByFullDisk: readonly number[] = [778, 1546, 4618, 4874, 5386]
const LITTLE_SPACE_BYTES = 1024 * 1024

const byPrimaryCode: Readonly<Record<number, ProblemCode>> = {
  [BUSY]: 'storage-busy',
  [LOCKED]: 'storage-busy',
  [READONLY]: 'storage-failed',
  [IOERR]: 'storage-failed',
  [CORRUPT]: 'database-unusable',
  [FULL]: 'storage-full',
  [CANTOPEN]: 'storage-failed',
  [NOTADB]: 'database-unusable',
}

/** The extended result code of an error thrown by node:sqlite. */
export const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined

export const isBusy = (error: unknown): boolean => [BUSY, LOCKED].includes((resultCode(error) ?? 0) & 0xff)

/** The operating system did not let SQLite open the file: it says nothing of what the file holds. */
export const isUnreadable = (error: unknown): boolean => ((resultCode(error) ?? 0) & 0xff) === CANTOPEN

const hasLittleSpace = (path: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize < LITTLE_SPACE_BYTES
  } catch {
    return false
  }
}

function codeOf(code: number, path: string): ProblemCode | undefined {
  if (code === CONSTRAINT_UNIQUE || code === CONSTRAINT_PRIMARYKEY) return 'conflict'
  if (causedByFullDisk.includes(code) && hasLittleSpace(path)) return 'storage-full'
  return byPrimaryCode[code & 0xff]
}

/** Words a failure of SQLite as a problem; whatever is not one a client can act on is given back as it came. */
export function translateSqliteError(error: unknown, path: string): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') {
    return new ProblemError('shutting-down', { cause: error })
  }
  const code = resultCode(error)
  const problem = code === undefined ? undefined : codeOf(code, path)
  if (problem === undefined) return error
  return new ProblemError(problem, { cause: error, ...(problem === 'storage-busy' && { retryAfterMs: 1000 }) })
}
