import { type Access, type Clock, type Log, ProblemError, type Scope, within } from '../core/index.ts'
import { type Exchange, isGone } from './exchange.ts'
import { parseJson } from './parse-json.ts'
import { assertAnnouncedSize, readBody } from './read-body.ts'
import { renderNativeProblem, renderWith } from './render-problem.ts'
import type { EventStream, ProblemRenderer, Reply, Route, StreamEvent, Transport } from './route.ts'
import { decodeParams, type Found, type Match } from './route-table.ts'
import { sendReply } from './send-reply.ts'
import { sendStream } from './sse.ts'
import { createTransport } from './transport.ts'
import { queryOf, validate } from './validate.ts'

/** Finds out who asks and whether they may; undefined for nobody. @throws ProblemError for a refusal */
export type Admit = (transport: Transport, access: Access) => Promise<Scope | undefined>

/** Words the failures of addresses below a prefix that no route answers, in the dialect spoken there. */
export type Fallback = { readonly prefix: string; readonly renderProblem: ProblemRenderer }

type Deps = {
  readonly find: (method: string, path: string) => Found
  readonly fallbacks: readonly Fallback[]
  readonly admit: Admit
  readonly log: Log
  readonly clock: Clock
}

type Options = {
  readonly maxBodyBytes: number
  readonly maxJsonDepth: number
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

/** Answers one request: who asks, what they ask, the route's own code, the reply; any failure in the route's words. */
export function createDispatch({ find, fallbacks, admit, log, clock }: Deps, options: Options) {
  async function bodyOf(route: Route, { incoming, outgoing }: Exchange): Promise<unknown> {
    if (!route.body) return undefined
    assertJsonType(incoming.headers['content-type'])
    if (incoming.headers.expect !== undefined) outgoing.writeContinue()
    const bytes = await readBody(incoming, options)
    return validate(route.body, parseJson(bytes, options.maxJsonDepth), 'body')
  }

  async function scopeFor(transport: Transport, access: Access): Promise<Scope | undefined> {
    const scope = await admit(transport, access)
    if (scope === undefined && access !== 'public' && access !== 'setup') throw new ProblemError('not-authenticated')
    return scope && scope.signal !== transport.signal ? within(scope, { signal: transport.signal }) : scope
  }

  async function run({ route, params }: Match, exchange: Exchange): Promise<void> {
    const transport = createTransport({ ...exchange, signal: exchange.abort.signal })
    const scope = await scopeFor(transport, route.access)
    assertAnnouncedSize(exchange.incoming, options.maxBodyBytes)
    const answer = await route.handler({
      scope,
      params: route.params && validate(route.params, decodeParams(params), 'path'),
      query: route.query && validate(route.query, queryOf(exchange.search), 'query'),
      body: await bodyOf(route, exchange),
      signal: transport.signal,
      transport,
    })
    if (!hasKind(answer)) return sendReply(exchange, { kind: 'reply', status: 200, body: answer })
    if (answer.kind === 'reply') return sendReply(exchange, answer)
    await stream(route, exchange, answer)
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

  function report(error: unknown, { requestId, incoming }: Exchange, place: string): void {
    const fields = { requestId, method: incoming.method, route: place }
    if (!(error instanceof ProblemError) || error.code === 'internal') log.error('request-failed', { ...fields, error })
    else if (error.cause !== undefined)
      log.debug('request-refused', { ...fields, code: error.code, error: error.cause })
  }

  function fail(error: unknown, exchange: Exchange, route: Route | undefined): void {
    if (isGone(exchange)) return
    report(error, exchange, route?.path ?? 'none')
    const fallback = route ?? fallbacks.find(({ prefix }) => exchange.path.startsWith(prefix))
    sendReply(exchange, renderWith(fallback?.renderProblem ?? renderNativeProblem)(error, placeOf(exchange)))
  }

  function refuse(allow: readonly string[], exchange: Exchange): void {
    const headers = { allow: allow.join(', ') }
    if (exchange.incoming.method === 'OPTIONS') return sendReply(exchange, { kind: 'reply', status: 204, headers })
    exchange.outgoing.setHeader('allow', headers.allow)
    fail(new ProblemError('method-not-allowed', { detail: `Allowed: ${headers.allow}.` }), exchange, undefined)
  }

  return async function dispatch(exchange: Exchange): Promise<void> {
    let route: Route | undefined
    try {
      const found = find(exchange.incoming.method ?? 'GET', exchange.path)
      if (found === undefined) throw new ProblemError('not-found')
      if ('allow' in found) return refuse(found.allow, exchange)
      route = found.route
      await run(found, exchange)
    } catch (error) {
      fail(error, exchange, route)
    } finally {
      const { requestId, incoming, outgoing, startedAtMs } = exchange
      const durationMs = clock.monotonicMs() - startedAtMs
      log.debug('request', {
        requestId,
        method: incoming.method,
        route: route?.path,
        status: outgoing.statusCode,
        durationMs,
      })
    }
  }
}

const placeOf = ({ path, requestId }: Exchange) => ({ instance: path, requestId })
