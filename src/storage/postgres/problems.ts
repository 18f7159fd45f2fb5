import { type ProblemCode, ProblemError } from '../../core/index.ts'

// SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const byState: Readonly<Record<string, ProblemCode>> = {
  '23505': 'conflict',
  '40001': 'storage-busy',
  '40P01': 'storage-busy',
  '53100': 'storage-full',
  '53300': 'storage-busy',
  '55P03': 'storage-busy',
  '57014': 'storage-busy',
  '57P01': 'storage-unreachable',
  '57P02': 'storage-unreachable',
  '57P03': 'storage-unreachable',
  '3D000': 'storage-unreachable',
  '28000': 'storage-unreachable',
  '28P01': 'storage-unreachable',
  '58030': 'storage-failed',
  XX001: 'database-unusable',
  XX002: 'database-unusable',
}
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
])
/** Failures of a connection for which the driver has words but no code. */
const connectionWords = /connection terminated|timeout exceeded when trying to connect|not queryable|connection ended/i
const closedWords = /after calling end on the pool|driver has already been destroyed/i
const RETRY_AFTER_MS = 1000

/** The SQLSTATE, or the code of the operating system, of an error thrown by `pg`. */
const stateOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

function codeOf(error: Error): ProblemCode | undefined {
  const state = stateOf(error)
  if (state.startsWith('08') || networkCodes.has(state)) return 'storage-unreachable'
  if (byState[state]) return byState[state]
  if (connectionWords.test(error.message)) return 'storage-unreachable'
  return closedWords.test(error.message) ? 'shutting-down' : undefined
}

/** Words a failure of PostgreSQL as a problem; whatever is not one a client can act on is given back as it came. */
export function translatePostgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ProblemError) return error
  const code = codeOf(error)
  if (code === undefined) return error
  const isPassing = code === 'storage-busy' || code === 'storage-unreachable'
  return new ProblemError(code, { cause: error, ...(isPassing && { retryAfterMs: RETRY_AFTER_MS }) })
}

/** Whether the database undid a transaction only because of others that ran beside it. */
export const isUndoneByOthers = (error: unknown): boolean =>
  error instanceof ProblemError && ['40001', '40P01'].includes(stateOf(error.cause))
