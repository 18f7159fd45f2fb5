type Entry = { readonly status: number; readonly title: string; readonly retryable: boolean }

/** Every failure a client can act on. The code is stable; the status and the title follow from it. */
export const problems = {
  'body-too-large': { status: 413, title: 'The request body is too large', retryable: false },
  'body-too-deep': { status: 400, title: 'The JSON is nested too deeply', retryable: false },
  'invalid-json': { status: 400, title: 'The body is not valid JSON', retryable: false },
  'invalid-encoding': { status: 400, title: 'The body is not valid UTF-8', retryable: false },
  'malformed-request': { status: 400, title: 'The request is not well formed', retryable: false },
  'headers-too-large': { status: 431, title: 'The request headers are too large', retryable: false },
  'request-timeout': { status: 408, title: 'The request did not arrive in time', retryable: true },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported', retryable: false },
  'invalid-request': { status: 422, title: 'The request does not have the expected form', retryable: false },
  'not-found': { status: 404, title: 'There is no such thing here', retryable: false },
  'method-not-allowed': { status: 405, title: 'This address does not take that method', retryable: false },
  'not-served': { status: 501, title: 'This protocol is not served here', retryable: false },
  conflict: { status: 409, title: 'The thing has changed meanwhile', retryable: false },
  'turn-running': { status: 409, title: 'An answer is still being written in this conversation', retryable: true },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request', retryable: false },
  'not-authenticated': { status: 401, title: 'Sign in first', retryable: false },
  'invalid-credentials': { status: 401, title: 'The name or the password is wrong', retryable: false },
  'not-allowed': { status: 403, title: 'This is not allowed', retryable: false },
  'password-required': { status: 403, title: 'Set a password first', retryable: false },
  'setup-required': { status: 503, title: 'This server has no owner yet', retryable: false },
  'too-many-attempts': { status: 429, title: 'Too many attempts', retryable: true },
  'no-model': { status: 503, title: 'No model is available', retryable: true },
  'model-not-found': { status: 404, title: 'There is no such model here', retryable: false },
  'context-too-long': {
    status: 422,
    title: 'The message does not fit into the context of the model',
    retryable: false,
  },
  'provider-unreachable': { status: 502, title: 'The model provider cannot be reached', retryable: true },
  'provider-timeout': { status: 504, title: 'The model provider did not answer in time', retryable: true },
  'provider-overloaded': { status: 503, title: 'The model provider is overloaded', retryable: true },
  'provider-rejected': { status: 502, title: 'The model provider refused the request', retryable: false },
  'provider-failed': { status: 502, title: 'The model provider failed', retryable: true },
  'provider-malformed': { status: 502, title: 'The model provider sent something unreadable', retryable: true },
  'provider-cut': { status: 502, title: 'The model provider broke off in mid-answer', retryable: true },
  'output-limit': { status: 502, title: 'The answer grew past the limit', retryable: false },
  interrupted: { status: 503, title: 'The server stopped while the answer was being written', retryable: true },
  'storage-full': { status: 507, title: 'The disk is full', retryable: true },
  'storage-failed': {
    status: 500,
    title: 'The disk failed; nothing more is written until a restart',
    retryable: false,
  },
  'storage-busy': { status: 503, title: 'The database is busy', retryable: true },
  'storage-unreachable': { status: 503, title: 'The database cannot be reached', retryable: true },
  'database-unusable': { status: 500, title: 'The database file cannot be used', retryable: false },
  'database-in-use': { status: 500, title: 'Another process uses this data folder', retryable: false },
  'invalid-configuration': { status: 500, title: 'The configuration has errors', retryable: false },
  'port-in-use': { status: 500, title: 'The port is already in use', retryable: false },
  'model-download-failed': { status: 502, title: 'The built-in model could not be fetched', retryable: true },
  'shutting-down': { status: 503, title: 'The server is shutting down', retryable: true },
  internal: { status: 500, title: 'Something went wrong in the server', retryable: true },
} as const satisfies Record<string, Entry>

export type ProblemCode = keyof typeof problems

/** One field of the request that was not as expected: `field` is a dotted path into the body, query or path. */
export type FieldError = { readonly field: string; readonly message: string }

/** A failure as it is sent: RFC 9457, with our code, whether trying again can help, and the fields at fault. */
export type Problem = {
  readonly type: string
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly detail?: string
  readonly instance?: string
  readonly requestId?: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
  readonly errors?: readonly FieldError[]
}

type ProblemOptions = {
  readonly detail?: string
  readonly retryAfterMs?: number
  readonly errors?: readonly FieldError[]
  readonly cause?: unknown
}

/** The one error a room throws for what a client can act on; anything else is a bug and becomes `internal`. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly detail: string | undefined
  readonly retryAfterMs: number | undefined
  readonly errors: readonly FieldError[] | undefined

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(`${code}: ${options.detail ?? problems[code].title}`, { cause: options.cause })
    this.name = 'ProblemError'
    this.code = code
    this.detail = options.detail
    this.retryAfterMs = options.retryAfterMs
    this.errors = options.errors
  }
}

/**
 * Turns anything thrown into the problem that may be shown. Bugs become `internal` and keep their text to themselves.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function toProblem(error: unknown, place: { instance?: string; requestId?: string } = {}): Problem {
  const code = error instanceof ProblemError ? error.code : 'internal'
  const shown = error instanceof ProblemError ? error : undefined
  const { status, title, retryable } = problems[code]
  return {
    type: `/problems/${code}`,
    code,
    status,
    title,
    ...(shown?.detail !== undefined && { detail: shown.detail }),
    ...place,
    retryable,
    ...(shown?.retryAfterMs !== undefined && { retryAfterMs: shown.retryAfterMs }),
    ...(shown?.errors !== undefined && { errors: shown.errors }),
  }
}
