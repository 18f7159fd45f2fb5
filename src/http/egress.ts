import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { type Dispatcher, errors, Pool } from 'undici'
import { ProblemError } from '../core/index.ts'

/** Why an operator's server gave no usable reply; the room that asked words it for people. */
export type EgressFault = 'unreachable' | 'timeout' | 'cut' | 'redirected' | 'malformed'

/** A failure between us and a server, before anything it says has been read as a reply. */
export class EgressError extends Error {
  readonly fault: EgressFault
  /** The system's or the TLS library's own code, as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly reason: string

  constructor(fault: EgressFault, reason: string, cause?: unknown) {
    super(`${fault}: ${reason}`, { cause })
    this.name = 'EgressError'
    this.fault = fault
    this.reason = reason
  }
}

/** What is sent to one server. `path` begins with `/` and is put behind the path of the client's address. */
export type OperatorRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Aborting closes the socket at once; the request or the iteration then throws the signal's reason. */
  readonly signal: AbortSignal
  /** 0 or absent: no limit of its own. */
  readonly headersTimeoutMs?: number
  /** Between two chunks; 0 or absent: no limit of its own. */
  readonly bodyTimeoutMs?: number
}

/** The bytes of a reply. Read them to the end, leave the loop early, or `discard`: each of them frees the socket. */
export type ReplyBody = AsyncIterable<Uint8Array> & { readonly discard: () => void }

export type OperatorReply = {
  readonly status: number
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReplyBody
}

/** A keep-alive client of exactly one origin that the operator has configured. */
export type OperatorClient = {
  /** The address as people write it: origin and path base, without a slash at the end. */
  readonly address: string
  readonly request: (request: OperatorRequest) => Promise<OperatorReply>
  /** Breaks off what is running and closes every socket. */
  readonly close: () => Promise<void>
}

const malformedCodes = new Set(['UND_ERR_RESPONSE', 'UND_ERR_HEADERS_OVERFLOW'])
const mostAttempts = 3
const resetCodes = new Set(['ECONNRESET', 'EPIPE'])
const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])

/**
 * Opens a client for one configured address. It talks to that origin alone: redirects are refused, proxy settings of
 * the environment are not read, and HTTP/2 is off so that aborting one request closes one socket.
 * @throws ProblemError `invalid-configuration` when the address is no plain http or https address
 */
export function createOperatorClient(
  { origin }: { readonly origin: string },
  { connectTimeoutMs, caFile }: { readonly connectTimeoutMs: number; readonly caFile?: string },
): OperatorClient {
  const url = parseAddress(origin)
  const base = url.pathname.replace(/\/+$/, '')
  const pool = new Pool(url.origin, {
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs, ...(caFile !== undefined && { ca: trustedWith(caFile) }) },
  })
  return {
    address: `${url.origin}${base}`,
    request: async (request) => send(pool, joinPath(base, request.path), request),
    close: () => pool.destroy(),
  }
}

const trustedWith = (caFile: string): string[] => [...rootCertificates, readFileSync(caFile, 'utf8')]

function parseAddress(origin: string): URL {
  const url = URL.parse(origin)
  const plain = url && ['http:', 'https:'].includes(url.protocol) && !url.username && !url.password && !url.search
  if (!url || !plain) {
    const shown = url ? `${url.protocol}//${url.host}` : 'The address'
    const detail = `${shown} cannot be used: write it as http://host:port or https://host, without a name, password or query.`
    throw new ProblemError('invalid-configuration', { detail })
  }
  return url
}

function joinPath(base: string, path: string): string {
  const joined = new URL(`http://origin${base}${path}`)
  if (!path.startsWith('/') || joined.host !== 'origin' || !joined.pathname.startsWith(`${base}/`)) {
    throw new Error('an operator request leaves the address it was opened for')
  }
  return joined.pathname + joined.search
}

async function send(pool: Pool, path: string, request: OperatorRequest): Promise<OperatorReply> {
  const { signal } = request
  signal.throwIfAborted()
  const once = () =>
    pool.request({
      method: request.method,
      path,
      headers: request.headers ?? {},
      body: request.body ?? null,
      signal,
      headersTimeout: request.headersTimeoutMs ?? 0,
      bodyTimeout: request.bodyTimeoutMs ?? 0,
    })
  const reply = await untilAborted(orAgain(once), signal).catch((error: unknown) => {
    throw translate(error, signal, 'unreachable')
  })
  if (reply.statusCode >= 300 && reply.statusCode < 400 && reply.statusCode !== 304) {
    discard(reply.body)
    throw new EgressError('redirected', `HTTP ${reply.statusCode}`)
  }
  return { status: reply.statusCode, headers: flatten(reply.headers), body: bodyOf(reply.body, signal) }
}

/**
 * Asks again when a connection that had been kept alive broke before a word of the reply came.
 * @NOTE a server that was restarted leaves dead connections behind; each costs the first request that is sent over it
 */
async function orAgain(once: () => Promise<Dispatcher.ResponseData>): Promise<Dispatcher.ResponseData> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once()
    } catch (error) {
      if (attempt === mostAttempts || !isDeadConnection(error)) throw error
    }
  }
}

const isDeadConnection = (error: unknown): boolean =>
  error instanceof errors.SocketError ? (error.socket?.bytesRead ?? 0) > 0 : resetCodes.has(codeOf(error))

/**
 * Rejects as soon as the signal aborts.
 * @NOTE undici answers an abort only once the connection stands; a server that never accepts would hold the caller.
 */
async function untilAborted(
  sent: Promise<Dispatcher.ResponseData>,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([sent, aborted.promise])
  } catch (error) {
    sent.then(({ body }) => discard(body)).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function bodyOf(body: Dispatcher.ResponseData['body'], signal: AbortSignal): ReplyBody {
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) yield chunk as Uint8Array
    } catch (error) {
      throw translate(error, signal, 'cut')
    } finally {
      discard(body)
    }
  }
  return { [Symbol.asyncIterator]: read, discard: () => discard(body) }
}

function discard(body: Dispatcher.ResponseData['body']): void {
  if (!body.destroyed) body.on('error', () => undefined).destroy()
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : `${value}`]),
  )
}

function translate(error: unknown, signal: AbortSignal, otherwise: 'unreachable' | 'cut'): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof EgressError) return error
  const code = codeOf(error)
  if (timeoutCodes.has(code)) return new EgressError('timeout', code, error)
  if (malformedCodes.has(code) || /^(HPE_|HTTPParser)/.test(code)) return new EgressError('malformed', code, error)
  return new EgressError(otherwise, code, error)
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
