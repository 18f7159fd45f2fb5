import { type Access, isOpen, ProblemError, type Scope, within } from '../core/index.ts'
import type { Exchange } from './exchange.ts'
import { parseJson } from './parse-json.ts'
import { assertAnnouncedSize, readBody } from './read-body.ts'
import { renderNativeProblem } from './render-problem.ts'
import type { EventStream, Reply, Route, StreamEvent, Transport } from './route.ts'
import { decodeParams, type Match } from './route-table.ts'
import { sendReply } from './send-reply.ts'
import { sendStream } from './sse.ts'
import { createTransport } from './transport.ts'
import { queryOf, validate } from './validate.ts'

/** Finds out who asks and whether they may; undefined for nobody. @throws ProblemError for a refusal */
export type Admit = (transport: Transport, access: Access) => Promise<Scope | undefined>

/** Writes down a failure that nobody foresaw. `place` is a route's pattern, since addresses may hold secrets. */
export type Report = (error: unknown, exchange: Exchange, place: string) => void

type Deps = { readonly admit: Admit; readonly report: Report }

export type RunOptions = {
  readonly maxBodyBytes: number
  readonly maxJsonDepth: number
  readonly maxJsonValues: number
  readonly bodyTimeoutMs: number
  readonly heartbeatMs: number
}

const jsonType = /^application\/(?:[\w.+-]+\+)?json$/i

function assertJsonType(contentType: string | undefined): void {
  if (contentType === undefined) return
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim())
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))
  if (jsonType.test(type) && (charset === undefined || /^charset="?utf-?8"?$/i.test(charset))) return
  throw new ProblemError('unsupported-media-type', { detail: 'The body must be application/json in UTF-8.' })
}

const hasKind = (answer: object): answer is Reply | EventStream =>
  'kind' in answer && (answer.kind === 'reply' || answer.kind === 'event-stream')

export const placeOf = ({ path, requestId }: Exchange) => ({ instance: path, requestId })

/** Without a credential anyone on the network may send: such a body is small, so that many are held in little memory. */
const maxOpenBodyBytes = 16 * 1024

/** The most bytes that a route takes: its own limit, and never more than the server's. */
const maxBodyBytesOf = ({ access, maxBodyBytes }: Route, serverBytes: number): number =>
  Math.min(serverBytes, maxBodyBytes ?? (isOpen(access) ? maxOpenBodyBytes : serverBytes))

/** Runs a route for one request: who asks, what they ask, the route's own code, the reply. */
export function createRunRoute({ admit, report }: Deps, options: RunOptions) {
  async function bodyOf(route: Route, { incoming, outgoing }: Exchange): Promise<unknown> {
    const maxBodyBytes = maxBodyBytesOf(route, options.maxBodyBytes)
    if (!route.body) return undefined
    assertJsonType(incoming.headers['content-type'])
    if (incoming.headers.expect !== undefined) outgoing.writeContinue()
    const bytes = await readBody(incoming, { ...options, maxBodyBytes })
    return validate(route.body, parseJson(bytes, options), 'body')
  }

  async function scopeFor(transport: Transport, access: Access): Promise<Scope | undefined> {
    const scope = await admit(transport, access)
    if (scope === undefined && !isOpen(access)) throw new ProblemError('not-authenticated')
    return scope && scope.signal !== transport.signal ? within(scope, { signal: transport.signal }) : scope
  }

  function stream(route: Route, exchange: Exchange, events: EventStream): Promise<void> {
    exchange.endless = events.endless ?? false
    if (exchange.endless && exchange.closing()) exchange.abort.abort(new ProblemError('shutting-down'))
    const onFailure = (error: unknown): StreamEvent => {
      report(error, exchange, route.path)
      const { body } = (route.renderProblem ?? renderNativeProblem)(error, placeOf(exchange))
      return route.renderProblem ? { data: body } : { event: 'problem', data: body }
    }
    const { heartbeatMs } = options
    return sendStream(exchange, { ...events, retry: route.renderProblem === undefined }, { heartbeatMs, onFailure })
  }

  return async function runRoute({ route, params }: Match, exchange: Exchange): Promise<void> {
    const transport = createTransport(exchange)
    const scope = await scopeFor(transport, route.access)
    assertAnnouncedSize(exchange.incoming, maxBodyBytesOf(route, options.maxBodyBytes))
    const answer = await route.handler({
      scope,
      params: route.params && validate(route.params, decodeParams(params), 'path'),
      query: route.query && validate(route.query, queryOf(exchange.search), 'query'),
      body: await bodyOf(route, exchange),
      signal: transport.signal,
      transport,
    })
    if (!hasKind(answer)) sendReply(exchange, { kind: 'reply', status: 200, body: answer })
    else if (answer.kind === 'reply') sendReply(exchange, answer)
    else await stream(route, exchange, answer)
  }
}
