import type { IncomingMessage } from 'node:http'
import type { Exchange } from './exchange.ts'
import type { HeaderReader, Transport } from './route.ts'

const readerOf = ({ headers }: IncomingMessage): HeaderReader => {
  const get = (name: string): string | null => {
    const value = headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : (value ?? null)
  }
  return { get, has: (name) => get(name) !== null }
}

const addressOf = ({ url: target = '/', headers }: IncomingMessage): URL => {
  const base = `http://${headers.host ?? 'localhost'}`
  if (URL.canParse(target, base)) return new URL(target, base)
  return URL.canParse(target, 'http://localhost') ? new URL(target, 'http://localhost') : new URL('http://localhost/')
}

/**
 * @NOTE a class, since these getters belong on a prototype: a literal with getters gives each object a hidden class of
 * its own, which cost 20 µs a request and 120 MB under load (bench/http.ts).
 */
class LazyTransport implements Transport {
  readonly method: string
  readonly headers: HeaderReader
  readonly requestId: string
  readonly incoming: Transport['incoming']
  readonly outgoing: Transport['outgoing']
  readonly #abort: AbortController
  #url: URL | undefined

  constructor({ incoming, outgoing, requestId, abort }: Exchange) {
    this.method = incoming.method ?? 'GET'
    this.headers = readerOf(incoming)
    this.requestId = requestId
    this.incoming = incoming
    this.outgoing = outgoing
    this.#abort = abort
  }

  get url(): URL {
    this.#url ??= addressOf(this.incoming)
    return this.#url
  }

  get remoteAddress(): string {
    return this.incoming.socket.remoteAddress ?? ''
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }
}

/** Shows a request to handlers; what most of them never ask for is only found out when asked. */
export const createTransport = (exchange: Exchange): Transport => new LazyTransport(exchange)
