import { isIPv4 } from 'node:net'
import type { HeaderReader } from '../http/index.ts'

/** What of a request decides whether its sender may act as the owner of an unprotected server. */
export type Arrival = {
  readonly remoteAddress: string
  readonly headers: HeaderReader
  readonly headerNames: readonly string[]
  /** Of the request line: `1.1`, or `1.0` as reverse proxies speak it by default. */
  readonly httpVersion: string
  readonly port: number
}

const proxyTraces = new Set([
  'forwarded',
  'via',
  'cdn-loop',
  'cf-connecting-ip',
  'fly-client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-original-host',
  'x-proxyuser-ip',
  'x-real-ip',
])
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether an address of the network layer is this machine's own: 127.0.0.0/8, `::1`, and the mapped form of either. */
export function isLoopback(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:/, '')
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}

const hasProxyTrace = (headerNames: readonly string[]): boolean =>
  headerNames.some((name) => proxyTraces.has(name) || name.startsWith('x-forwarded'))

function isOurHost(host: string | null, port: number): boolean {
  if (host === null) return false
  const [, name, given] = /^(.*?)(?::(\d+))?$/.exec(host.toLowerCase()) ?? []
  return name !== undefined && loopbackNames.has(name) && Number(given ?? 80) === port
}

function isOurOrigin(origin: string | null, port: number): boolean {
  if (origin === null) return true
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  return url.protocol === 'http:' && isOurHost(url.host, port)
}

/**
 * Whether a request was made by our own page, or by something that is no browser: no other site may act for its user.
 * A browser that does not say where a request comes from (older ones, and all of them over plain HTTP to another
 * machine) still names the page's origin, which has to be the host that it calls.
 */
export function isOwnSite(headers: HeaderReader): boolean {
  const site = headers.get('sec-fetch-site')
  return site === null ? isHostOfOrigin(headers) : site === 'same-origin' || site === 'none'
}

/** Compares without the scheme, since a proxy before this server may speak HTTPS. */
function isHostOfOrigin(headers: HeaderReader): boolean {
  const origin = headers.get('origin')
  if (origin === null) return true
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const called = `${protocol}//${headers.get('host') ?? ''}`
  return host !== '' && URL.canParse(called) && new URL(called).host === host
}

/**
 * Whether a request comes from this machine itself, without a proxy between and without a foreign page behind it. A
 * host name of ours is demanded too, so that a name which an attacker points at this machine does not count.
 * @NOTE a proxy that speaks HTTP/1.1, adds no header and puts our name into `Host` cannot be told from a local client.
 */
export const isLocalCaller = ({ remoteAddress, headers, headerNames, httpVersion, port }: Arrival): boolean =>
  isLoopback(remoteAddress) &&
  httpVersion === '1.1' &&
  !hasProxyTrace(headerNames) &&
  isOurHost(headers.get('host'), port) &&
  isOurOrigin(headers.get('origin'), port) &&
  isOwnSite(headers)
