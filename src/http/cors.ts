import type { IncomingMessage } from 'node:http'

const exposed = 'X-Request-Id, Retry-After, WWW-Authenticate'
const preflight = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, Content-Encoding, Idempotency-Key, Last-Event-ID, Prefer, X-Request-Id',
  'access-control-max-age': '600',
}

/** Tells a browser's question whether it may send a request from the request itself. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined

/**
 * Headers that let pages of other origins read replies: only of the origins the operator has named. `*` lets every
 * origin in, but then without cookies, so that no page can use a person's sign-in.
 */
export function createCors(allowedOrigins: readonly string[]) {
  const known = new Set(allowedOrigins)
  return (incoming: IncomingMessage): Readonly<Record<string, string>> | undefined => {
    const { origin } = incoming.headers
    if (origin === undefined || known.size === 0) return undefined
    const asked = isPreflight(incoming) ? preflight : { 'access-control-expose-headers': exposed }
    if (known.has(origin)) {
      const allowed = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
      return { ...allowed, ...asked, vary: 'Origin', 'cross-origin-resource-policy': 'cross-origin' }
    }
    return known.has('*') ? { 'access-control-allow-origin': '*', ...asked } : { vary: 'Origin' }
  }
}
