import { type ProblemCode, ProblemError } from '../core/index.ts'
import { EgressError, type EgressFault } from '../http/index.ts'

/** How one provider is spoken of and what a person can do about its failures. */
export type Wording = {
  /** `Ollama at http://localhost:11434`. */
  readonly who: string
  /** What to do when nobody answers: `start it with …`. */
  readonly start: string
  /** What to do when it refuses who we are. */
  readonly credentials: string
  /** Never shown, wherever the provider repeats them. */
  readonly secrets: readonly string[]
}

/** A reply that is not the answer: its status, headers and the provider's own words. */
export type Refusal = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly message: string
  /** The provider's own code or type, as `model_not_found`, when it gives one. */
  readonly code: string
}

const shownLength = 300

/** Shortens a provider's message to what may be shown: one line, no secrets, no markup. */
function clean(message: string, secrets: readonly string[]): string {
  const known = secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '•••'), message)
  const masked = known
    .replace(/\b(?:(?:sk|pk|key)-|Bearer )[\w*.-]{6,}/gi, '•••')
    .replace(/\s+/g, ' ')
    .trim()
  return masked.length > shownLength ? `${masked.slice(0, shownLength)}…` : masked
}

/** What a failure between us and the provider means; anything unknown is passed on as it is. */
export function fromEgress(error: unknown, wording: Wording): unknown {
  if (!(error instanceof EgressError)) return error
  const [code, detail] = meaningOf(error.fault, error.reason, wording)
  return new ProblemError(code, { detail, cause: error })
}

function meaningOf(fault: EgressFault, reason: string, wording: Wording): [ProblemCode, string] {
  const { who } = wording
  switch (fault) {
    case 'unreachable':
      return ['provider-unreachable', unreachableDetail(reason, wording)]
    case 'timeout':
      return ['provider-timeout', `${who} did not answer in time (${reason}).`]
    case 'cut':
      return ['provider-cut', `${who} closed the connection in mid-answer.`]
    case 'redirected':
      return [
        'provider-rejected',
        `${who} points to another address (${reason}). Configure that one: it is not followed.`,
      ]
    case 'malformed':
      return ['provider-malformed', `${who} does not speak HTTP (${reason}).`]
  }
}

function unreachableDetail(reason: string, { who, start }: Wording): string {
  if (reason === 'ENOTFOUND' || reason === 'EAI_AGAIN')
    return `${who}: its name is not known here (${reason}). Check the address.`
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(reason)) {
    return `${who}: its certificate is not trusted (${reason}). Add its authority with a CA file.`
  }
  if (/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(reason))
    return `${who} closed the connection without a reply: look at its log.`
  if (reason === 'ECONNREFUSED') return `${who} is not running: ${start}.`
  return `${who} cannot be reached (${reason}): ${start}.`
}

/** What a status other than success means. */
export function fromRefusal(refusal: Refusal, wording: Wording): ProblemError {
  const { status } = refusal
  const said = clean(refusal.message, wording.secrets)
  const detail = `${wording.who} answered ${status}${said ? `: ${said}` : ''}`
  const retryAfterMs = parseRetryAfter(refusal.headers['retry-after'])
  if (status === 429 && refusal.code === 'insufficient_quota') {
    return new ProblemError('provider-rejected', { detail: `${detail} (the account has no quota left)` })
  }
  if (status === 429 || status === 503 || status === 529) {
    return new ProblemError('provider-overloaded', { detail, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  }
  if (status >= 500) return new ProblemError('provider-failed', { detail })
  if (status === 408) return new ProblemError('provider-timeout', { detail })
  return fromRejection(refusal, detail, wording)
}

function fromRejection({ status, message, code }: Refusal, detail: string, wording: Wording): ProblemError {
  if (isContextOverflow(`${code} ${message}`)) return new ProblemError('context-too-long', { detail })
  if (
    status === 404 &&
    (/model/i.test(code) || /model\b.*\b(not found|does not exist)|not found.*model/i.test(message))
  ) {
    return new ProblemError('model-not-found', { detail })
  }
  if (status === 401 || status === 403) {
    return new ProblemError('provider-rejected', { detail: `${detail}. ${wording.credentials}` })
  }
  if (status === 404) return new ProblemError('provider-rejected', { detail: `${detail}. Check the address.` })
  return new ProblemError('provider-rejected', { detail })
}

/** What an error object inside a running stream means, by its own code or words. */
export function fromStreamError({ code, message }: { code: string; message: string }, wording: Wording): ProblemError {
  const detail = `${wording.who} broke off: ${clean(message, wording.secrets) || 'no reason given'}`
  const words = `${code} ${message}`
  if (isContextOverflow(words)) return new ProblemError('context-too-long', { detail })
  if (/\b(429|503|529)\b|rate.?limit|overloaded|unavailable_error/i.test(words)) {
    return new ProblemError('provider-overloaded', { detail })
  }
  if (/^(400|401|403|invalid_request_error|authentication_error)\b/.test(code)) {
    return new ProblemError('provider-rejected', { detail })
  }
  return new ProblemError('provider-failed', { detail })
}

const isContextOverflow = (words: string): boolean =>
  /context_length_exceeded|exceed_context_size|maximum context length|exceeds? the (available )?context/i.test(words)

/**
 * Reads a Retry-After header, in seconds or as an HTTP date.
 * @returns milliseconds from now, never negative; undefined when absent or unreadable
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
function parseRetryAfter(value: string | undefined, nowMs: number = Date.now()): number | undefined {
  if (value === undefined) return undefined
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Math.round(Number(value) * 1000)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
