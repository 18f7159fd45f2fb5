import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { Clock, Log } from '../core/index.ts'
import { answerBrokenRequest } from './broken-request.ts'
import { createCors, isPreflight } from './cors.ts'
import { createDispatch, type Fallback } from './dispatch.ts'
import { type Exchange, requestIdOf } from './exchange.ts'
import { drain, listen } from './lifecycle.ts'
import { type OpenApiDocument, openApiDocument } from './openapi/document.ts'
import { docsRoutes } from './pages/docs.ts'
import { pageRoutes } from './pages/page.ts'
import type { Route } from './route.ts'
import { createRouteTable } from './route-table.ts'
import type { Admit } from './run-route.ts'
import { sendReply } from './send-reply.ts'

export type ServerDeps = {
  readonly routes: readonly Route[]
  readonly admit: Admit
  readonly log: Log
  readonly clock: Clock
  readonly version: string
  /** The folder of the built browser client; it may be empty until it is built. Absent: no page is served. */
  readonly page?: { readonly folder: string }
  /** The folder of the files that `/docs` and `/redoc` load. */
  readonly docs?: { readonly folder: string }
  /** In whose words addresses below a prefix are refused when no route answers there. */
  readonly fallbacks?: readonly Fallback[]
}

export type ServerOptions = {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** The path under which everything lies, such as `/hearth`, when a proxy passes it on; empty for none. */
  readonly basePath?: string
  readonly maxBodyBytes?: number
  readonly maxJsonDepth?: number
  /** How many values a body may hold, counting those inside others: each costs the parser and the schema. */
  readonly maxJsonValues?: number
  readonly headersTimeoutMs?: number
  readonly bodyTimeoutMs?: number
  /** How long a connection that nothing runs on is kept for the next request. */
  readonly keepAliveTimeoutMs?: number
  readonly heartbeatMs?: number
  /** A reader that takes nothing for this long, while there is something to take, is cut. */
  readonly stallTimeoutMs?: number
  /** Other origins whose pages may call; `*` for all, then without cookies. */
  readonly allowedOrigins?: readonly string[]
  /** The name of the sign-in cookie, for the OpenAPI document. */
  readonly cookieName?: string
}

export type Server = {
  /** @throws ProblemError `port-in-use`, naming the process that holds the port */
  readonly listen: () => Promise<{ readonly url: string; readonly port: number }>
  /** Stops accepting, gives what runs `graceMs` to end, then ends it. May be called again. */
  readonly close: (graceMs: number) => Promise<void>
  /** True from the moment `close` is called: no longer ready for new work. */
  readonly isClosing: () => boolean
  readonly document: OpenApiDocument
}

const defaults = {
  basePath: '',
  maxBodyBytes: 1024 * 1024,
  maxJsonDepth: 64,
  maxJsonValues: 100_000,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  keepAliveTimeoutMs: 60_000,
  heartbeatMs: 15_000,
  stallTimeoutMs: 30_000,
  allowedOrigins: [] as readonly string[],
  cookieName: 'hearth_session',
}

type Limits = {
  readonly headersTimeoutMs: number
  readonly bodyTimeoutMs: number
  readonly keepAliveTimeoutMs: number
}

function createListener({ headersTimeoutMs, bodyTimeoutMs, keepAliveTimeoutMs }: Limits): HttpServer {
  const server = createHttpServer({
    headersTimeout: headersTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // A backstop: the body has a time limit of its own, which is answered in the route's words.
    requestTimeout: headersTimeoutMs + bodyTimeoutMs + 5_000,
    connectionsCheckingInterval: Math.max(50, Math.min(1_000, headersTimeoutMs / 4)),
    noDelay: true,
  })
  return server.on('clientError', answerBrokenRequest)
}

/** The path below the base path, and the query; undefined for an address outside it. */
function splitTarget(target: string, basePath: string): { path: string; search: string } | undefined {
  const origin = target.startsWith('/') ? 0 : Math.max(0, target.indexOf('/', target.indexOf('://') + 3))
  const mark = target.indexOf('?', origin)
  const whole = mark === -1 ? target.slice(origin) : target.slice(origin, mark)
  const search = mark === -1 ? '' : target.slice(mark + 1)
  if (basePath === '') return { path: whole, search }
  if (whole === basePath) return { path: '/', search }
  return whole.startsWith(`${basePath}/`) ? { path: whole.slice(basePath.length), search } : undefined
}

const ownRoutes = ({ page, docs }: ServerDeps, document: OpenApiDocument, basePath: string): readonly Route[] => [
  ...docsRoutes(document, docs?.folder, basePath),
  ...(page ? pageRoutes(page.folder, basePath) : []),
]

/**
 * Serves routes over HTTP/1.1: each request is matched, admitted, parsed by its route's schemas, handled and answered;
 * no body is read before the caller is admitted, and no handler sees what its schema has not parsed.
 * @throws TypeError for a route that declares no access, or is declared twice
 */
export function createServer(deps: ServerDeps, given: ServerOptions): Server {
  const options = { ...defaults, ...given }
  const { clock } = deps
  const document = openApiDocument(deps.routes, { ...options, version: deps.version })
  const { find } = createRouteTable([...deps.routes, ...ownRoutes(deps, document, options.basePath)])
  const dispatch = createDispatch({ ...deps, find, fallbacks: deps.fallbacks ?? [] }, options)
  const corsHeaders = createCors(options.allowedOrigins)
  const running = new Map<Exchange, Promise<void>>()
  let closing: Promise<void> | undefined
  const isClosing = () => closing !== undefined

  function open(incoming: IncomingMessage, outgoing: ServerResponse): Exchange {
    const target = splitTarget(incoming.url ?? '/', options.basePath) ?? { path: '', search: '' }
    return {
      incoming,
      outgoing,
      requestId: requestIdOf(incoming),
      ...target,
      startedAtMs: clock.monotonicMs(),
      abort: new AbortController(),
      extraHeaders: corsHeaders(incoming),
      closing: isClosing,
      stallTimeoutMs: options.stallTimeoutMs,
      endless: false,
    }
  }

  function accept(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const exchange = open(incoming, outgoing)
    outgoing.on('close', () => outgoing.writableFinished || exchange.abort.abort())
    if (exchange.extraHeaders && isPreflight(incoming)) {
      sendReply(exchange, { kind: 'reply', status: 204 })
      return
    }
    running.set(
      exchange,
      dispatch(exchange).finally(() => running.delete(exchange)),
    )
  }

  const server = createListener(options).on('request', accept).on('checkContinue', accept)
  return {
    async listen() {
      const { port } = await listen(server, options.host, options.port)
      const name = options.host.includes(':') ? `[${options.host}]` : options.host
      return { url: `http://${name}:${port}${options.basePath}`, port }
    },
    close(graceMs) {
      closing ??= drain(server, running, graceMs)
      return closing
    },
    isClosing,
    document,
  }
}
