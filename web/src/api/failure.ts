import type { Problem, ProblemCode } from './wire.ts'

/** What the page can say of a failure: the server's own problem, or `network` when no answer came at all. */
export type Trouble = {
  readonly code: ProblemCode | 'network'
  readonly title?: string
  readonly detail?: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
}

/** The one error that a call to the API throws. */
export class Failure extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble, cause?: unknown) {
    super(trouble.title ?? trouble.code, { cause })
    this.name = 'Failure'
    this.trouble = trouble
  }
}

export const networkFailure = (cause: unknown): Failure => new Failure({ code: 'network', retryable: true }, cause)

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string'

/** A reply that is no success, as a failure; what is not a problem of ours (a proxy's page) counts as the server's fault. */
export const failureOf = (status: number, body: unknown): Failure => {
  if (isProblem(body)) return new Failure(body)
  return new Failure({ code: 'internal', detail: `HTTP ${status}`, retryable: status >= 500 })
}

/** Anything thrown, as trouble to show. */
export const troubleOf = (error: unknown): Trouble =>
  error instanceof Failure
    ? error.trouble
    : { code: 'internal', detail: error instanceof Error ? error.message : String(error), retryable: false }

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'
