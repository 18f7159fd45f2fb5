import { describe, expect, it } from 'vitest'
import { isLocalCaller, isLoopback } from './local-owner.ts'

const arrival = (headers: Record<string, string>, remoteAddress = '127.0.0.1') => {
  const given = { host: 'localhost:8000', ...headers }
  const get = (name: string) => (given as Record<string, string>)[name] ?? null
  return {
    remoteAddress,
    headers: { get, has: (name: string) => get(name) !== null },
    headerNames: Object.keys(given),
    httpVersion: '1.1',
    port: 8000,
  }
}

describe('the local owner', () => {
  it.each(['localhost:8000', '127.0.0.1:8000', '[::1]:8000', 'LOCALHOST:8000'])('C-7: is let in under %s', (host) => {
    expect(isLocalCaller(arrival({ host }))).toBe(true)
  })

  it.each([
    ['forwarded', 'for=1.2.3.4'],
    ['x-forwarded-for', '1.2.3.4'],
    ['x-forwarded-proto', 'https'],
    ['x-real-ip', '1.2.3.4'],
    ['via', '1.1 proxy'],
    ['cf-connecting-ip', '1.2.3.4'],
    ['true-client-ip', '1.2.3.4'],
    ['x-client-ip', '1.2.3.4'],
    ['x-cluster-client-ip', '1.2.3.4'],
    ['fly-client-ip', '1.2.3.4'],
    ['x-original-forwarded-for', '1.2.3.4'],
    ['x-forwarded', 'for=1.2.3.4'],
    ['x-forwardedfor', '1.2.3.4'],
    ['cdn-loop', 'proxy'],
    ['x-original-host', 'home.example'],
    ['x-proxyuser-ip', '1.2.3.4'],
  ])('C-7: is not let in through a proxy that sends %s', (name, value) => {
    expect(isLocalCaller(arrival({ [name]: value }))).toBe(false)
  })

  it.each(['1.0', '0.9', '2.0', ''])('C-7: is not let in by HTTP/%s, which no client of ours speaks', (httpVersion) => {
    expect(isLocalCaller({ ...arrival({}), httpVersion })).toBe(false)
  })

  it.each([
    'evil.example:8000',
    'localhost.evil.example:8000',
    'localhost:8001',
    'localhost',
    'localhost.:8000',
    '127.0.0.1.nip.example:8000',
    '',
  ])('C-7: is not let in under the foreign name %s', (host) => {
    expect(isLocalCaller(arrival({ host }))).toBe(false)
  })

  it.each(['http://evil.example', 'https://localhost:8000', 'http://localhost:9000', 'null', 'nonsense'])(
    'C-7: is not let in for a page of %s',
    (origin) => {
      expect(isLocalCaller(arrival({ origin }))).toBe(false)
    },
  )

  it('C-7: is let in for our own page', () => {
    const headers = { origin: 'http://localhost:8000', 'sec-fetch-site': 'same-origin' }
    expect(isLocalCaller(arrival(headers))).toBe(true)
    expect(isLocalCaller(arrival({ 'sec-fetch-site': 'none' }))).toBe(true)
  })

  it.each(['cross-site', 'same-site'])('C-7: is not let in when the browser says %s', (site) => {
    expect(isLocalCaller(arrival({ 'sec-fetch-site': site }))).toBe(false)
  })

  it.each(['192.168.1.5', '10.0.0.1', '::ffff:192.168.1.5', 'fe80::1', '', '1270.0.0.1'])(
    'C-7: is not let in from %s',
    (address) => {
      expect(isLocalCaller(arrival({}, address))).toBe(false)
    },
  )

  it('C-7: knows every form of a loopback address', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true)
  })
})
