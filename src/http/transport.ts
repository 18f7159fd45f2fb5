import type { IncomingMessage } from 'node:http'
import type { Exchange } from './exchange.ts'
import type { HeaderReader, Transport } from './route.ts'

const readerOf = (incoming: IncomingMessage): HeaderReader => {
  const get = (name: string): string | null => {
    const value = incoming.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : (value ?? null)
  }
  return { get, has: (name) => get(name) !== null }
}

const addressOf = (incoming: IncomingMessage): URL => {
  const target = incoming.url ?? '/'
  const base = `http://${incoming.headers.host ?? 'localhost'}`
  if (URL.canParse(target, base)) return new URL(target, base)
  return URL.canParse(target, 'http://localhost') ? new URL(target, 'http://localhost') : new URL('http://localhost/')
}

/** Shows a request to handlers; the address is only parsed for who asks, since most requests never do. */
export function createTransport({ incoming, outgoing, requestId, abort }: Exchange): Transport {
  let url: URL | undefined
  return {
    method: incoming.method ?? 'GET',
    get url() {
      url ??= addressOf(incoming)
      return url
    },
    headers: readerOf(incoming),
    remoteAddress: incoming.socket.remoteAddress ?? '',
    requestId,
    signal: abort.signal,
    incoming,
    outgoing,
  }
}
