import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScripted } from '../../src/providers/index.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { openStream } from '../support/sse.ts'

const scripted = createScripted({ script: () => [{ type: 'text', text: 'ok' }], sleep: async () => undefined })
const owner = { name: 'Ada', password: 'correct horse battery' }

describe('the first run', () => {
  let server: TestApp

  beforeEach(async () => {
    server = await startApp({ scripted })
  })
  afterEach(() => server.stop())

  const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';', 1)[0] ?? ''

  it('C-7: lets this machine in as the owner until there is a password', async () => {
    expect((await server.call('GET', '/api/v2/auth/status')).body).toMatchObject({
      signedIn: true,
      needsSetup: false,
      hasPassword: false,
      plainHttp: false,
    })
    expect((await server.call('GET', '/api/v2/account')).body).toMatchObject({ role: 'owner', local: true })
  })

  it.each([
    ['x-forwarded-for', '10.0.0.1'],
    ['forwarded', 'for=10.0.0.1'],
    ['via', '1.1 proxy'],
    ['origin', 'http://evil.example'],
    ['sec-fetch-site', 'cross-site'],
  ])('C-7: does not take a request with %s for the owner', async (name, value) => {
    const { status, body } = await server.call('GET', '/api/v2/conversations', undefined, { [name]: value })
    expect([status, body.code]).toEqual([401, 'not-authenticated'])
  })

  it('C-7: does not take HTTP/1.0 for the owner, which a bare reverse proxy speaks', async () => {
    const { host, hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    socket.write(`GET /api/v2/conversations HTTP/1.0\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 /)
  })

  it('C-7: the first set-up becomes the owner, inherits everything, and shuts the door', async () => {
    const conversation = (await server.call('POST', '/api/v2/conversations', { title: 'before' })).body
    const setup = await server.call('POST', '/api/v2/auth/setup', owner)
    expect(setup.status).toBe(204)
    expect(setup.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
    expect((await server.call('GET', '/api/v2/conversations')).status).toBe(401)
    expect((await server.call('POST', '/chat', { text: 'let me in' })).status).toBe(401)
    const cookie = cookieOf(setup.headers)
    const { body } = await server.call('GET', '/api/v2/conversations', undefined, { cookie })
    expect(body.items).toMatchObject([{ id: conversation.id, title: 'before' }])
    expect((await server.call('POST', '/api/v2/auth/setup', owner)).status).toBe(409)
  })

  it('signs in, in any case of the name, and out again', async () => {
    await server.call('POST', '/api/v2/auth/setup', owner)
    const wrong = await server.call('POST', '/api/v2/auth/login', { ...owner, password: 'wrong password' })
    const unknown = await server.call('POST', '/api/v2/auth/login', { ...owner, name: 'nobody' })
    expect([wrong.body.code, unknown.body.code]).toEqual(['invalid-credentials', 'invalid-credentials'])
    const login = await server.call('POST', '/api/v2/auth/login', { ...owner, name: 'ADA' })
    const cookie = cookieOf(login.headers)
    expect((await server.call('GET', '/api/v2/account', undefined, { cookie })).body).toMatchObject({
      name: 'ada',
      local: false,
      hasPassword: true,
    })
    await server.call('POST', '/api/v2/auth/logout', undefined, { cookie })
    expect((await server.call('GET', '/api/v2/account', undefined, { cookie })).status).toBe(401)
  })

  it('ends the streams of a login that ends, and no others', async () => {
    const cookie = cookieOf((await server.call('POST', '/api/v2/auth/setup', owner)).headers)
    const other = cookieOf((await server.call('POST', '/api/v2/auth/login', owner)).headers)
    const feed = `${server.url}/api/v2/events`
    const ending = await openStream(feed, { headers: { cookie } })
    const staying = await openStream(feed, { headers: { cookie: other } })
    await server.call('POST', '/api/v2/auth/logout', undefined, { cookie })
    const seen = await ending.all().catch(() => 'cut')
    expect(seen).toBe('cut')
    await server.call('POST', '/api/v2/conversations', {}, { cookie: other })
    expect(await staying.next()).toMatchObject({ event: 'conversation-changed' })
    staying.leave()
  })

  it('ends a login that came as a bearer token', async () => {
    const cookie = cookieOf((await server.call('POST', '/api/v2/auth/setup', owner)).headers)
    const authorization = `Bearer ${cookie.split('=')[1]}`
    expect((await server.call('GET', '/api/v2/account', undefined, { authorization })).status).toBe(200)
    expect((await server.call('POST', '/api/v2/auth/logout', undefined, { authorization })).status).toBe(204)
    expect((await server.call('GET', '/api/v2/account', undefined, { authorization })).status).toBe(401)
    expect((await server.call('GET', '/api/v2/account', undefined, { cookie })).status).toBe(401)
  })

  it('obeys a cookie for changes only from its own page', async () => {
    const cookie = cookieOf((await server.call('POST', '/api/v2/auth/setup', owner)).headers)
    const foreign = { cookie, 'sec-fetch-site': 'cross-site' }
    expect((await server.call('POST', '/api/v2/conversations', {}, foreign)).status).toBe(401)
    const own = { cookie, 'sec-fetch-site': 'same-origin' }
    expect((await server.call('POST', '/api/v2/conversations', {}, own)).status).toBe(201)
  })

  it.each([
    ['http://evil.example', 401],
    ['http://localhost:1', 401],
    ['null', 401],
    ['own', 201],
    ['own by https', 201],
  ])('obeys a cookie for changes from a page of %s, when that is all that is said, with %i', async (page, expected) => {
    const cookie = cookieOf((await server.call('POST', '/api/v2/auth/setup', owner)).headers)
    const own: Record<string, string> = { own: server.url, 'own by https': server.url.replace('http:', 'https:') }
    const origin = own[page] ?? page
    const { status } = await server.call('POST', '/api/v2/conversations', {}, { cookie, origin })
    expect(status).toBe(expected)
    expect((await server.call('GET', '/api/v2/conversations', undefined, { cookie, origin })).status).toBe(200)
  })

  it('makes who guesses wait', async () => {
    await server.call('POST', '/api/v2/auth/setup', owner)
    const guess = () => server.call('POST', '/api/v2/auth/login', { ...owner, password: 'guess' })
    for (let attempt = 1; attempt <= 10; attempt += 1) expect((await guess()).status).toBe(401)
    const { status, body, headers } = await guess()
    expect([status, body.code]).toEqual([429, 'too-many-attempts'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('makes an address wait that tries many names, the right one too', async () => {
    await server.call('POST', '/api/v2/auth/setup', owner)
    const logIn = (name: string) => server.call('POST', '/api/v2/auth/login', { ...owner, name })
    const tried = []
    for (let attempt = 1; attempt <= 30; attempt += 1) tried.push((await logIn(`nobody-${attempt}`)).status)
    expect(new Set(tried)).toEqual(new Set([401]))
    const { status, body, headers } = await logIn(owner.name)
    expect([status, body.code]).toEqual([429, 'too-many-attempts'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('refuses a password that is too short, by name of the field', async () => {
    const { status, body } = await server.call('POST', '/api/v2/auth/setup', { ...owner, password: 'short' })
    expect([status, body.errors[0].field]).toEqual([422, 'password'])
  })

  it('remembers the owner across a restart', async () => {
    await server.call('POST', '/api/v2/auth/setup', owner)
    server = await server.restart()
    expect((await server.call('GET', '/api/v2/account')).status).toBe(401)
    expect((await server.call('POST', '/api/v2/auth/login', owner)).status).toBe(204)
  })
})

describe('a server that others can reach', () => {
  it('C-7: does not take a loopback peer of a public bind for the owner, nor let it set up without the link', async () => {
    const server = await startApp({ scripted, env: { HOST: '0.0.0.0' } })
    const url = `http://127.0.0.1:${new URL(server.url).port}`
    const refused = await fetch(`${url}/api/v2/conversations`)
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'setup-required' }])
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(owner) }
    expect((await fetch(`${url}/api/v2/auth/setup`, init)).status).toBe(403)
    await server.stop()
  })

  it.each([
    ['a public bind', { HOST: '0.0.0.0' }],
    ['a proxy before it', { HEARTH_TRUSTED_PROXIES: '127.0.0.1' }],
    ['a base path', { BASE_PATH: '/hearth' }],
  ])('C-7: with %s and without an owner lets nobody in but by the set-up link', async (_name, env) => {
    const server = await startApp({ scripted, env })
    const { call } = server
    expect((await call('GET', '/api/v2/conversations')).body.code).toBe('setup-required')
    expect((await call('POST', '/chat', { text: 'hi' })).status).toBe(503)
    for (const path of ['/docs', '/redoc', '/openapi.json']) expect((await call('GET', path)).status).toBe(503)
    expect((await call('GET', '/livez')).status).toBe(200)
    expect((await call('GET', '/api/v2/auth/status')).body).toMatchObject({ signedIn: false, needsSetup: true })
    const path = server.app.auth.setupPath() ?? ''
    const token = new URL(path, 'http://localhost').searchParams.get('token') ?? ''
    const forwarded = { 'x-forwarded-for': '10.0.0.9' }
    const guessed = await call('POST', '/api/v2/auth/setup', { ...owner, token: 'A'.repeat(43) }, forwarded)
    expect(guessed.body.code).toBe('not-allowed')
    const setup = await call('POST', '/api/v2/auth/setup', { ...owner, token }, forwarded)
    expect(setup.status).toBe(204)
    expect(server.app.auth.setupPath()).toBeUndefined()
    await server.stop()
  })
})

describe('two users', () => {
  it('know nothing of each other: a foreign id answers as an absent one', async () => {
    const server = await startApp({ scripted })
    await server.app.auth.createAdmin({ ...owner, name: 'ada' })
    await server.app.auth.createAdmin({ name: 'eve', password: 'another long password' })
    const signIn = async (name: string, password: string) => {
      const { headers } = await server.call('POST', '/api/v2/auth/login', { name, password })
      return { cookie: headers.get('set-cookie')?.split(';', 1)[0] ?? '' }
    }
    const ada = await signIn('ada', owner.password)
    const eve = await signIn('eve', 'another long password')
    const conversation = (await server.call('POST', '/api/v2/conversations', {}, ada)).body
    const path = `/api/v2/conversations/${conversation.id}`
    const answer = (await server.call('POST', `${path}/turns`, { text: 'my canary is heliotrope' }, ada)).body
    expect(answer).toMatchObject({ message: { status: 'complete' } })
    const absent = '01900000-0000-7000-8000-000000000000'
    const tries: [string, (id: string) => string, string, unknown?][] = [
      ['GET', (id) => `/api/v2/conversations/${id}`, conversation.id],
      ['PATCH', (id) => `/api/v2/conversations/${id}`, conversation.id, { title: 'mine now' }],
      ['DELETE', (id) => `/api/v2/conversations/${id}`, conversation.id],
      ['GET', (id) => `/api/v2/conversations/${id}/messages`, conversation.id],
      ['POST', (id) => `/api/v2/conversations/${id}/turns`, conversation.id, { text: 'hi' }],
      ['GET', (id) => `/api/v2/messages/${id}`, answer.message.id],
      ['GET', (id) => `/api/v2/messages/${id}/context`, answer.message.id],
      ['POST', (id) => `/api/v2/messages/${id}/regenerate`, answer.message.id, {}],
      ['POST', (id) => `/api/v2/messages/${id}/continue`, answer.message.id, {}],
      ['GET', (id) => `/api/v2/turns/${id}`, answer.turn.id],
      ['POST', (id) => `/api/v2/turns/${id}/stop`, answer.turn.id],
    ]
    for (const [method, at, id, body] of tries) {
      const foreign = await server.call(method, at(id), body, eve)
      const none = await server.call(method, at(absent), body, eve)
      const shape = ({ status, body: told }: typeof foreign) => [status, told.code, told.title, told.detail]
      expect(shape(foreign), `${method} ${at(id)}`).toEqual(shape(none))
      expect(foreign.status).toBe(404)
    }
    const stream = await openStream(`${server.url}/api/v2/turns/${answer.turn.id}/events`, { headers: eve })
    expect(stream.status).toBe(404)
    const found = await server.call('GET', '/api/v2/search?q=heliotrope', undefined, eve)
    expect(found.body.items).toEqual([])
    expect((await server.call('GET', '/api/v2/search?q=heliotrope', undefined, ada)).body.items).toHaveLength(1)
    expect((await server.call('GET', path, undefined, ada)).body.title).toBe('my canary is heliotrope')
    await server.stop()
  })
})
