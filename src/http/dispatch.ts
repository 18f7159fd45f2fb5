import { type Clock, type Log, ProblemError } from '../core/index.ts'
import { type Exchange, isGone } from './exchange.ts'
import { renderNativeProblem, renderWith } from './render-problem.ts'
import type { ProblemRenderer, Route } from './route.ts'
import type { Found } from './route-table.ts'
import { type Admit, createRunRoute, placeOf, type Report, type RunOptions } from './run-route.ts'
import { sendReply } from './send-reply.ts'

/** Words the failures of addresses below a prefix that no route answers, in the dialect spoken there. */
export type Fallback = { readonly prefix: string; readonly renderProblem: ProblemRenderer }

type Deps = {
  readonly find: (method: string, path: string) => Found
  readonly fallbacks: readonly Fallback[]
  readonly admit: Admit
  readonly log: Log
  readonly clock: Clock
}

const createReport =
  (log: Log): Report =>
  (error, { requestId, incoming: { method } }, route) => {
    const fields = { requestId, method, route }
    if (!(error instanceof ProblemError) || error.code === 'internal') log.error('request-failed', { ...fields, error })
    else if (error.cause !== undefined)
      log.debug('request-refused', { ...fields, code: error.code, error: error.cause })
  }

/** Answers one request, by its route or by saying why not; any failure in the words of the route. */
export function createDispatch({ find, fallbacks, admit, log, clock }: Deps, options: RunOptions) {
  const report = createReport(log)
  const runRoute = createRunRoute({ admit, report }, options)

  function fail(error: unknown, exchange: Exchange, route: Route | undefined): void {
    if (isGone(exchange)) return
    report(error, exchange, route?.path ?? 'none')
    const speaker = route ?? fallbacks.find(({ prefix }) => exchange.path.startsWith(prefix))
    try {
      sendReply(exchange, renderWith(speaker?.renderProblem ?? renderNativeProblem)(error, placeOf(exchange)))
    } catch (fault) {
      // Words that cannot be found or sent are a bug; the client still hears that something went wrong.
      report(fault, exchange, route?.path ?? 'none')
      sendReply(exchange, renderNativeProblem(fault, placeOf(exchange)))
    }
  }

  function refuseMethod(allow: string, exchange: Exchange): void {
    if (exchange.incoming.method === 'OPTIONS') {
      sendReply(exchange, { kind: 'reply', status: 204, headers: { allow } })
      return
    }
    exchange.outgoing.setHeader('allow', allow)
    fail(new ProblemError('method-not-allowed', { detail: `Allowed: ${allow}.` }), exchange, undefined)
  }

  function trace({ requestId, incoming, outgoing, startedAtMs }: Exchange, route: Route | undefined): void {
    const durationMs = clock.monotonicMs() - startedAtMs
    const { method } = incoming
    log.debug('request', { requestId, method, route: route?.path, status: outgoing.statusCode, durationMs })
  }

  return async function dispatch(exchange: Exchange): Promise<void> {
    let route: Route | undefined
    try {
      const found = find(exchange.incoming.method ?? 'GET', exchange.path)
      if (found === undefined) throw new ProblemError('not-found')
      if ('allow' in found) return refuseMethod(found.allow.join(', '), exchange)
      route = found.route
      await runRoute(found, exchange)
    } catch (error) {
      fail(error, exchange, route)
    } finally {
      trace(exchange, route)
    }
  }
}
