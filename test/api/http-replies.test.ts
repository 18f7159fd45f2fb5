import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isId, ProblemError } from '../../src/core/index.ts'
import { defineRoute, type ProblemRenderer, reply } from '../../src/http/index.ts'
import { failingRoute, keptLog, post, raw, secretProblem, serve, storingRoute } from './http-fixture.ts'

const base = { access: 'public', summary: 'Answers', tag: 'test', replies: { 200: 'none' } } as const

const plain = defineRoute({ ...base, method: 'get', path: '/plain', handler: async () => ({ kind: 'home', ok: true }) })

const dialect: ProblemRenderer = (error) => ({
  kind: 'reply',
  status: error instanceof ProblemError && error.code === 'not-authenticated' ? 401 : 400,
  body: { error: { message: error instanceof ProblemError ? error.code : 'internal' } },
})

describe('a reply', () => {
  it('is the object a handler returns, also one that has a kind of its own', async () => {
    const { call } = await serve({ routes: [plain] })
    const response = await call('/plain')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ kind: 'home', ok: true })
  })

  it('bears the status and headers it was given, and empties to nothing', async () => {
    const routes = [
      defineRoute({
        ...base,
        method: 'post',
        path: '/made',
        handler: async () => reply(201, { a: 1 }, { Location: '/x' }),
      }),
      defineRoute({ ...base, method: 'delete', path: '/made', handler: async () => reply(204) }),
    ]
    const { call } = await serve({ routes })
    const made = await call('/made', { method: 'POST' })
    expect([made.status, made.headers.get('location'), await made.json()]).toEqual([201, '/x', { a: 1 }])
    const gone = await call('/made', { method: 'DELETE' })
    expect([gone.status, gone.headers.get('content-length'), await gone.text()]).toEqual([204, null, ''])
  })

  it('keeps a cookie that was set on the way', async () => {
    const handler = ({ transport }: Parameters<typeof plain.handler>[0]) => {
      transport.outgoing.appendHeader('set-cookie', 'a=1')
      transport.outgoing.appendHeader('set-cookie', 'b=2')
      return reply(200, {})
    }
    const { call } = await serve({ routes: [defineRoute({ ...base, method: 'get', path: '/cookies', handler })] })
    expect((await call('/cookies')).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it('is not kept by anyone, and nothing in it may run', async () => {
    const { call } = await serve({ routes: [plain] })
    const { headers } = await call('/plain')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('permissions-policy')).toContain('camera=()')
    expect(headers.get('x-powered-by')).toBeNull()
  })

  it('to HEAD has the head of GET and no body', async () => {
    const { port } = await serve({ routes: [plain] })
    const answer = await raw(port, 'HEAD /plain HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(answer).toContain('content-length: 25')
    expect(answer.endsWith('\r\n\r\n')).toBe(true)
  })
})

describe('a request id', () => {
  it('LLAMA-19: is a new UUIDv7, in the header and in the problem', async () => {
    const { call } = await serve()
    const response = await call('/nothing')
    const requestId = response.headers.get('x-request-id') ?? ''
    expect(isId(requestId)).toBe(true)
    expect(await response.json()).toMatchObject({ code: 'not-found', requestId, instance: '/nothing' })
  })

  it("is the caller's own when that is a plain one", async () => {
    const { call } = await serve({ routes: [plain] })
    const given = async (id: string) =>
      (await call('/plain', { headers: { 'x-request-id': id } })).headers.get('x-request-id')
    expect(await given('trace-1.a_B')).toBe('trace-1.a_B')
    expect(await given('a b')).not.toBe('a b')
    expect(await given('x'.repeat(129))).not.toBe('x'.repeat(129))
  })
})

describe('an address or method that is not there', () => {
  it('C-18: is a problem that names the methods there are', async () => {
    const { call } = await serve({ routes: [plain, storingRoute().route] })
    const response = await call('/plain', { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ code: 'method-not-allowed' })
    expect((await call('/messages')).headers.get('allow')).toBe('POST, OPTIONS')
  })

  it('answers OPTIONS with what may be asked', async () => {
    const { call } = await serve({ routes: [plain] })
    const response = await call('/plain', { method: 'OPTIONS' })
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
  })

  it('below the prefix of a dialect is worded by the dialect', async () => {
    const { call } = await serve({ deps: { fallbacks: [{ prefix: '/v1/', renderProblem: dialect }] } })
    expect(await (await call('/v1/unknown')).json()).toEqual({ error: { message: 'not-found' } })
    expect(await (await call('/v2/unknown')).json()).toMatchObject({ code: 'not-found' })
  })

  it('is every address outside the base path', async () => {
    const { port } = await serve({ routes: [plain], options: { basePath: '/hearth' } })
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
    expect(await status('/hearth/plain')).toBe(200)
    expect(await status('/plain')).toBe(404)
    expect(await status('/hearthplain')).toBe(404)
  })
})

describe('a failure', () => {
  it('C-18: has the status, code and detail of its problem, and hides the cause', async () => {
    const { call } = await serve({ routes: [failingRoute(secretProblem())] })
    const response = await call('/fails')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'storage-busy', detail: 'Wait a little.', retryAfterMs: 1200 })
    expect(text).not.toContain('secret')
  })

  it('that is a bug is logged once with the request id and tells the caller nothing', async () => {
    const { log, errors } = keptLog()
    const { call } = await serve({ routes: [failingRoute(new Error('secret /etc/path'))], deps: { log } })
    const response = await call('/fails')
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'internal' })
    expect(text).not.toContain('secret')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ requestId: response.headers.get('x-request-id'), route: '/fails' })
  })

  it('inside a dialect is in its words, from the sign-in to the body', async () => {
    const { route, stored } = storingRoute({ access: 'conversations:write' })
    const { call } = await serve({ routes: [{ ...route, renderProblem: dialect }] })
    const stranger = await call('/messages', post('{"text":"a"}'))
    expect([stranger.status, await stranger.json()]).toEqual([401, { error: { message: 'not-authenticated' } }])
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer realm="hearth"')
    const broken = await call('/messages', post('{', { authorization: 'Bearer owner' }))
    expect([broken.status, await broken.json()]).toEqual([400, { error: { message: 'invalid-json' } }])
    expect(stored).toEqual([])
  })

  it('of the words themselves is still answered', async () => {
    const renderProblem = () => {
      throw new Error('no words')
    }
    const { call } = await serve({ routes: [failingRoute(new Error('first'), { renderProblem })] })
    expect(await (await call('/fails')).json()).toMatchObject({ code: 'internal' })
  })
})

describe('access', () => {
  it('is settled before a byte of the body is read', async () => {
    const { route, stored } = storingRoute({ access: 'conversations:write' })
    const { port } = await serve({ routes: [route] })
    const head = 'POST /messages HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n\r\n'
    const answer = await raw(port, head)
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer).toContain('"code":"not-authenticated"')
    expect(stored).toEqual([])
  })

  it('gives the handler a scope whose signal is that of the request', async () => {
    let same = false
    const handler = async ({ scope, signal }: { scope: { signal: AbortSignal }; signal: AbortSignal }) => {
      same = scope.signal === signal
      return {}
    }
    const route = defineRoute({ ...base, access: 'account:read', method: 'get', path: '/mine', handler })
    const { call } = await serve({ routes: [route] })
    expect((await call('/mine')).status).toBe(401)
    expect((await call('/mine', { headers: { authorization: 'Bearer owner' } })).status).toBe(200)
    expect(same).toBe(true)
  })

  it('C-18: that a route does not declare is an error to the compiler and at the start', async () => {
    const undeclared = { method: 'get', path: '/open', summary: 'Open', tag: 'test', replies: { 200: 'none' } } as const
    // @ts-expect-error: a route without `access` must not compile
    const route = defineRoute({ ...undeclared, handler: async () => ({}) })
    await expect(serve({ routes: [route] })).rejects.toThrow('GET /open declares no access')
    // @ts-expect-error: nor one with an access that nobody holds
    defineRoute({ ...undeclared, access: 'everything', handler: async () => ({}) })
  })

  it('that is needed gives the handler a scope, and none that is open relies on one', () => {
    defineRoute({
      ...base,
      access: 'account:read',
      method: 'get',
      path: '/a',
      handler: async ({ scope }) => ({ id: scope.userId }),
    })
    // @ts-expect-error: on a public route there may be nobody
    defineRoute({ ...base, method: 'get', path: '/b', handler: async ({ scope }) => ({ id: scope.userId }) })
    // @ts-expect-error: a handler cannot read what its route has no schema for
    defineRoute({ ...base, method: 'get', path: '/c', handler: async ({ body }) => ({ text: body.text }) })
    const body = z.object({ text: z.string() })
    defineRoute({ ...base, method: 'post', path: '/d', body, handler: async (call) => ({ text: call.body.text }) })
  })

  it('refuses two routes for one address', async () => {
    await expect(serve({ routes: [plain, plain] })).rejects.toThrow('GET /plain is declared twice')
  })
})

describe('other origins', () => {
  const asking = (origin: string, extra = {}) => ({ headers: { origin, ...extra } })
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    ...asking(origin, { 'access-control-request-method': 'POST' }),
  })

  it('are let in only when they are named', async () => {
    const { call } = await serve({ routes: [plain], options: { allowedOrigins: ['https://a.example'] } })
    const named = await call('/plain', preflight('https://a.example'))
    expect(named.status).toBe(204)
    expect(named.headers.get('access-control-allow-origin')).toBe('https://a.example')
    expect(named.headers.get('access-control-allow-credentials')).toBe('true')
    expect(named.headers.get('access-control-allow-headers')).toContain('Last-Event-ID')
    const read = await call('/plain', asking('https://a.example'))
    expect(read.headers.get('access-control-allow-origin')).toBe('https://a.example')
    expect(read.headers.get('vary')).toBe('Origin')
    for (const origin of ['https://b.example', 'null', 'https://a.example.evil']) {
      expect((await call('/plain', preflight(origin))).headers.get('access-control-allow-origin')).toBeNull()
      expect((await call('/plain', asking(origin))).headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('get nothing by default, and with * never with cookies', async () => {
    const closed = await serve({ routes: [plain] })
    expect(
      (await closed.call('/plain', preflight('https://a.example'))).headers.get('access-control-allow-origin'),
    ).toBeNull()
    const open = await serve({ routes: [plain], options: { allowedOrigins: ['*'] } })
    const { headers } = await open.call('/plain', asking('https://a.example'))
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })
})
