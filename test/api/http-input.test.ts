import { once } from 'node:events'
import { connect } from 'node:net'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineRoute } from '../../src/http/index.ts'
import { post, raw, serve, storingRoute } from './http-fixture.ts'

const json = async (response: Response) => ({ status: response.status, ...((await response.json()) as object) })

/** Sends a body to a storing route with the server's own limit, and says how it was answered and what was stored. */
async function send(init: RequestInit, options = {}) {
  const { route, stored } = storingRoute()
  const { call } = await serve({ routes: [{ ...route, maxBodyBytes: 1024 * 1024 }], options })
  return { answer: await json(await call('/messages', init)), stored }
}

const head = 'POST /messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'

describe('a body that cannot be taken gets a problem and stores nothing', () => {
  it.each([
    ['an empty message', '{"text":""}', 'text'],
    ['an over-long message', JSON.stringify({ text: 'x'.repeat(51) }), 'text'],
    ['a missing message', '{}', 'text'],
    ['a wrong type', '{"text":5}', 'text'],
    ['a wrong type deep inside', '{"text":"a","tags":[{"name":"ok"},{"name":null}]}', 'tags.1.name'],
    ['a list in place of an object', '[]', 'body'],
    ['half of a surrogate pair', '{"text":"\\ud800"}', 'text'],
    ['a NUL character', '{"text":"a\\u0000b"}', 'text'],
  ])('LLAMA-19: %s is 422 with the field named', async (_name, body, field) => {
    const { answer, stored } = await send(post(body))
    expect(answer).toMatchObject({ status: 422, code: 'invalid-request', errors: [{ field }] })
    expect(stored).toEqual([])
  })

  it.each([
    ['invalid JSON', '{"text":', '400 invalid-json'],
    ['no body at all', '', '400 invalid-json'],
    ['10,000-deep lists', '['.repeat(10_000), '400 body-too-deep'],
    ['10,000-deep objects', '{"a":'.repeat(10_000), '400 body-too-deep'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), '400 invalid-encoding'],
    ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), '400 invalid-encoding'],
    ['over a megabyte', 'x'.repeat(1024 * 1024 + 1), '413 body-too-large'],
  ])('C-18: %s', async (_name, body, expected) => {
    const [status, code] = expected.split(' ')
    const { answer, stored } = await send(post(body))
    expect(answer).toMatchObject({ status: Number(status), code, type: `/problems/${code}` })
    expect(stored).toEqual([])
  })

  it.each([
    ['text/plain'],
    ['multipart/form-data; boundary=x'],
    ['application/json; charset=latin1'],
    ['application/jsonp'],
  ])('the content type %s is 415', async (type) => {
    const { answer, stored } = await send(post('{"text":"a"}', { 'content-type': type }))
    expect(answer).toMatchObject({ status: 415, code: 'unsupported-media-type' })
    expect(stored).toEqual([])
  })

  it('refuses a gigabyte by its announced length, before any of it is sent', async () => {
    const { route, stored } = storingRoute()
    const { port } = await serve({ routes: [route] })
    const answer = await raw(port, `${head}content-length: 1073741824\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toMatch(/connection: close/i)
    expect(answer).toContain('"code":"body-too-large"')
    expect(stored).toEqual([])
  })

  it('lets a sender that is refused in mid-body hear why, and keeps its connection whole meanwhile', async () => {
    const { route } = storingRoute()
    const { port } = await serve({ routes: [route], options: { maxBodyBytes: 1000 } })
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}content-length: 200000\r\n\r\n`))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    await once(socket, 'data')
    for (let sent = 0; sent < 200_000; sent += 1_000) socket.write(Buffer.alloc(1_000))
    await once(socket, 'close')
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 413 .*"code":"body-too-large".*\}$/s)
  })

  it('asks for no body that it would refuse, when the sender waits to be asked', async () => {
    const { route } = storingRoute()
    const { port } = await serve({ routes: [route] })
    const answer = await raw(port, `${head}expect: 100-continue\r\ncontent-length: 1073741824\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('asks for a body that it will take', async () => {
    const { route, stored } = storingRoute()
    const { port } = await serve({ routes: [route] })
    const answer = await raw(
      port,
      `${head}connection: close\r\nexpect: 100-continue\r\ncontent-length: 12\r\n\r\n`,
      '{"text":"a"}',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
    expect(stored).toEqual(['a'])
  })

  it('stops counting a body of unknown length at the limit', async () => {
    const { route, stored } = storingRoute()
    const { port } = await serve({ routes: [route], options: { maxBodyBytes: 1000 } })
    const chunk = `258\r\n${'x'.repeat(600)}\r\n`
    const answer = await raw(port, `${head}transfer-encoding: chunked\r\n\r\n`, chunk, chunk, chunk)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(stored).toEqual([])
  })
})

describe('a body that is made to cost more than it is worth', () => {
  const nulls = (count: number) => `{"${'k'.repeat(9_000)}":[${Array(count).fill('"\\u0000"').join(',')}]}`

  it('is held to 16 KiB where no credential is asked for, as sent and as unpacked', async () => {
    const { route, stored } = storingRoute()
    const { call, port } = await serve({ routes: [route] })
    const announced = await raw(port, `${head}content-length: 16385\r\n\r\n`)
    expect(announced).toMatch(/^HTTP\/1\.1 413 .*The limit is 16384 bytes/s)
    const packed = post(new Uint8Array(gzipSync(nulls(100_000))), { 'content-encoding': 'gzip' })
    expect(await json(await call('/messages', packed))).toMatchObject({ status: 413, code: 'body-too-large' })
    const chunk = `1000\r\n${' '.repeat(4096)}\r\n`
    const counted = await raw(port, `${head}transfer-encoding: chunked\r\n\r\n`, ...Array(5).fill(chunk))
    expect(counted).toMatch(/^HTTP\/1\.1 413 /)
    expect(stored).toEqual([])
  })

  it('may be larger where the caller is known, or where the route says so', async () => {
    const text = `{"text":"a"${' '.repeat(20_000)}}`
    const { route, stored } = storingRoute({ access: 'conversations:write' })
    const { call } = await serve({ routes: [route] })
    await call('/messages', post(text, { authorization: 'Bearer owner' }))
    const { answer } = await send(post(text))
    expect([stored, answer]).toEqual([['a'], { status: 200, text: 'a' }])
  })

  it("is held to a route's own limit also where the caller is known", async () => {
    const { route } = storingRoute({ access: 'conversations:write' })
    const { call } = await serve({ routes: [{ ...route, maxBodyBytes: 100 }] })
    const reply = await call('/messages', post(`{"text":"a"${' '.repeat(100)}}`, { authorization: 'Bearer owner' }))
    expect(await json(reply)).toMatchObject({ status: 413, detail: 'The limit is 100 bytes.' })
  })

  it.each([
    ['texts that no database keeps', nulls(90_000), 20],
    ['things of the wrong kind', `{"text":"a","tags":[${Array(90_000).fill('0').join(',')}]}`, 50],
  ])('gets a short answer when it holds 90,000 %s', async (_name, body, count) => {
    const { answer } = await send(post(body))
    expect(answer).toMatchObject({ status: 422, errors: expect.objectContaining({ length: count }) })
    expect(JSON.stringify(answer).length).toBeLessThan(20_000)
  })

  it('is refused before it is parsed when it holds too many values', async () => {
    const { answer } = await send(post(`{"text":"a","tags":[${Array(200_000).fill('{}').join(',')}]}`))
    expect(answer).toMatchObject({ status: 413, detail: 'The limit is 100000 values.' })
  })

  it('gets its unknown field named by the beginning of a long name', async () => {
    const route = { ...storingRoute().route, maxBodyBytes: 1024 * 1024, body: z.strictObject({}) }
    const { call } = await serve({ routes: [route] })
    const answer = await json(await call('/messages', post(`{"${'k'.repeat(500_000)}":1}`)))
    expect(answer).toMatchObject({ status: 422, errors: [{ field: `${'k'.repeat(199)}…` }] })
  })
})

describe('a body that can be taken', () => {
  it.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['Application/JSON;charset="UTF-8"'],
    ['application/vnd.hearth+json'],
  ])('may call itself %s', async (type) => {
    const { answer } = await send(post('{"text":"å🦊"}', { 'content-type': type }))
    expect(answer).toEqual({ status: 200, text: 'å🦊' })
  })

  it('may leave out its type', async () => {
    const { route, stored } = storingRoute()
    const { port } = await serve({ routes: [route] })
    await raw(port, 'POST /messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 12\r\n\r\n{"text":"a"}')
    expect(stored).toEqual(['a'])
  })

  it('may begin with a byte order mark, be 64 deep, and hold brackets inside its texts', async () => {
    const deep = `${'['.repeat(63)}${']'.repeat(63)}`
    const { answer } = await send(post(`\ufeff{"text":"[[{\\"[","more":${deep}}`))
    expect(answer).toEqual({ status: 200, text: '[[{"[' })
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ])('ASTRA-29: may be compressed with %s', async (encoding, compress) => {
    const { answer } = await send(post(new Uint8Array(compress('{"text":"a"}')), { 'content-encoding': encoding }))
    expect(answer).toEqual({ status: 200, text: 'a' })
  })

  it('ASTRA-29: is refused when it expands past the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20))
    expect(bomb.length).toBeLessThan(100_000)
    const { answer, stored } = await send(post(new Uint8Array(bomb), { 'content-encoding': 'gzip' }))
    expect(answer).toMatchObject({ status: 413, code: 'body-too-large' })
    expect(stored).toEqual([])
  })

  it('ASTRA-29: is refused when it is not what it says, or is packed in a way we do not know', async () => {
    const broken = await send(post('not gzip', { 'content-encoding': 'gzip' }))
    expect(broken.answer).toMatchObject({ status: 400, code: 'malformed-request' })
    const unknown = await send(post('{"text":"a"}', { 'content-encoding': 'br' }))
    expect(unknown.answer).toMatchObject({ status: 415, code: 'unsupported-media-type' })
  })

  it('pollutes no prototype, however the keys are written', async () => {
    const seen: object[] = []
    const route = defineRoute({
      method: 'post',
      path: '/any',
      access: 'public',
      summary: 'Takes anything',
      tag: 'test',
      body: z.looseObject({}),
      replies: { 204: 'none' },
      handler: async ({ body }) => {
        seen.push(Object.assign({}, body))
        return {}
      },
    })
    const { call } = await serve({ routes: [route] })
    const before = Object.getOwnPropertyNames(Object.prototype)
    for (const key of ['__proto__', '\\u005f_proto__', '_\\u005Fproto_\\u005f']) {
      await call(
        '/any',
        post(`{"${key}":{"evil":1},"in":{"${key}":{"evil":1}},"constructor":{"prototype":{"evil":1}}}`),
      )
    }
    expect(seen).toHaveLength(3)
    for (const body of seen) {
      expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
      expect(Reflect.get(body, 'evil')).toBeUndefined()
      expect(Object.hasOwn(Reflect.get(body, 'in'), '__proto__')).toBe(false)
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    expect(Reflect.get({}, 'evil')).toBeUndefined()
  })
})

describe('the path and the query', () => {
  const route = defineRoute({
    method: 'get',
    path: '/things/{name}',
    access: 'public',
    summary: 'Shows what was asked',
    tag: 'test',
    params: z.object({ name: z.string().max(20) }),
    query: z.object({
      limit: z.coerce.number().int().max(100).default(10),
      tag: z.union([z.string(), z.array(z.string())]).optional(),
    }),
    replies: { 200: z.object({ name: z.string(), limit: z.number() }) },
    handler: async ({ params, query }) => ({ ...params, ...query }),
  })

  it('are decoded and parsed by the schemas of the route', async () => {
    const { call } = await serve({ routes: [route] })
    expect(await json(await call('/things/a%2Fb%20c?limit=5&tag=x&tag=%C3%A5&other=1'))).toEqual({
      status: 200,
      name: 'a/b c',
      limit: 5,
      tag: ['x', 'å'],
    })
    expect(await json(await call('/things/a'))).toEqual({ status: 200, name: 'a', limit: 10 })
  })

  it.each([
    ['/things/a?limit=many', 'limit'],
    ['/things/a?limit=101', 'limit'],
    [`/things/${'x'.repeat(21)}`, 'name'],
    ['/things/%zz', 'name'],
    ['/things/%ff', 'name'],
  ])('get 422 for %s', async (path, field) => {
    const { call } = await serve({ routes: [route] })
    expect(await json(await call(path))).toMatchObject({ status: 422, code: 'invalid-request', errors: [{ field }] })
  })

  it('take a query that names a prototype for a plain name', async () => {
    const { call } = await serve({ routes: [route] })
    expect(await json(await call('/things/a?__proto__=1&constructor=2'))).toEqual({ status: 200, name: 'a', limit: 10 })
  })
})
