import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createOperatorClient, EgressError, type OperatorClient } from './egress.ts'

type Answering = (request: IncomingMessage, response: ServerResponse) => void

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serve(answering: Answering) {
  const sockets = new Set<Socket>()
  let opened = 0
  const server = createServer(answering)
  server.on('connection', (socket) => {
    opened += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, opened: () => opened }
}

function open(origin: string): OperatorClient {
  const client = createOperatorClient({ origin }, { connectTimeoutMs: 2_000 })
  closers.push(client.close)
  return client
}

const get = (client: OperatorClient, path: string, signal = new AbortController().signal) =>
  client.request({ method: 'GET', path, signal })

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

const closing = (response: ServerResponse): Promise<'whole' | 'broken off'> =>
  new Promise((resolve) => response.on('close', () => resolve(response.writableFinished ? 'whole' : 'broken off')))

describe('the client of one operator origin', () => {
  it('puts the path of its address before every path', async () => {
    const { url } = await serve((request, response) => response.end(request.url))
    const client = open(`${url}/v1/`)
    expect(client.address).toBe(`${url}/v1`)
    expect(await read((await get(client, '/models?limit=2')).body)).toBe('/v1/models?limit=2')
  })

  it('refuses a path that leads out of its address', async () => {
    const { url } = await serve((_request, response) => response.end())
    const client = open(`${url}/v1`)
    await expect(get(client, '/../admin')).rejects.toThrow(/leaves the address/)
    await expect(get(client, '@evil.invalid/')).rejects.toThrow(/leaves the address/)
  })

  it.each(['ftp://x', 'localhost:11434', 'http://me:secret@host', 'http://host/?key=secret', ''])(
    'refuses the address %j without repeating what may be secret',
    (origin) => {
      const attempt = () => createOperatorClient({ origin }, { connectTimeoutMs: 1 })
      expect(attempt).toThrow(expect.objectContaining({ code: 'invalid-configuration' }))
      expect(attempt).not.toThrow(/secret/)
    },
  )

  it('ignores the proxies of the environment', async () => {
    const { url } = await serve((_request, response) => response.end('direct'))
    const before = process.env.HTTP_PROXY
    process.env.HTTP_PROXY = 'http://127.0.0.1:9'
    try {
      expect(await read((await get(open(url), '/')).body)).toBe('direct')
    } finally {
      if (before === undefined) delete process.env.HTTP_PROXY
      else process.env.HTTP_PROXY = before
    }
  })

  it.each([301, 302, 303, 307, 308])('refuses a redirect with %i and does not follow it', async (status) => {
    const paths: string[] = []
    const { url } = await serve((request, response) => {
      paths.push(request.url ?? '')
      response.writeHead(status, { location: '/elsewhere' }).end('gone')
    })
    await expect(get(open(url), '/here')).rejects.toMatchObject({ fault: 'redirected', reason: `HTTP ${status}` })
    expect(paths).toEqual(['/here'])
  })

  it('uses its connections again', async () => {
    const served = await serve((_request, response) => response.end('ok'))
    const client = open(served.url)
    for (let turn = 0; turn < 20; turn += 1) await read((await get(client, '/')).body)
    expect(served.opened()).toBeLessThanOrEqual(2)
  })

  it('closes the socket when a request is aborted before its headers', async () => {
    const closed = Promise.withResolvers<string>()
    const arrived = Promise.withResolvers<void>()
    const { url } = await serve((_request, response) => {
      arrived.resolve()
      void closing(response).then(closed.resolve)
    })
    const stop = new AbortController()
    const asking = get(open(url), '/', stop.signal)
    await arrived.promise
    stop.abort(new Error('stop'))
    await expect(asking).rejects.toThrow('stop')
    expect(await closed.promise).toBe('broken off')
  })

  it('closes the socket when a body is aborted, and throws the reason', async () => {
    const closed = Promise.withResolvers<string>()
    const { url } = await serve((_request, response) => {
      void closing(response).then(closed.resolve)
      response.write('first')
    })
    const stop = new AbortController()
    const { body } = await get(open(url), '/', stop.signal)
    const chunks = body[Symbol.asyncIterator]()
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('first')
    const second = chunks.next()
    stop.abort(new Error('stop'))
    await expect(second).rejects.toThrow('stop')
    expect(await closed.promise).toBe('broken off')
  })

  it('closes the socket when the reader leaves early or discards the body', async () => {
    const endings: Promise<string>[] = []
    const { url } = await serve((_request, response) => {
      endings.push(closing(response))
      response.write('first')
    })
    const client = open(url)
    for await (const _chunk of (await get(client, '/')).body) break
    ;(await get(client, '/')).body.discard()
    expect(await Promise.all(endings)).toEqual(['broken off', 'broken off'])
  })

  it('sends nothing for a signal that is aborted already', async () => {
    const served = await serve((_request, response) => response.end())
    await expect(get(open(served.url), '/', AbortSignal.abort(new Error('no')))).rejects.toThrow('no')
    expect(served.opened()).toBe(0)
  })

  it('tells nobody listening, a cut and a silence apart', async () => {
    const cutting = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half')
      setImmediate(() => response.destroy())
    })
    const cut = await get(open(cutting.url), '/')
    await expect(read(cut.body)).rejects.toMatchObject({ fault: 'cut' })

    const silent = await serve(() => undefined)
    const late = open(silent.url).request({
      method: 'GET',
      path: '/',
      signal: new AbortController().signal,
      headersTimeoutMs: 30,
    })
    await expect(late).rejects.toMatchObject({ fault: 'timeout', reason: 'UND_ERR_HEADERS_TIMEOUT' })

    const refused = get(open('http://127.0.0.1:1'), '/')
    await expect(refused).rejects.toBeInstanceOf(EgressError)
    await expect(refused).rejects.toMatchObject({ fault: 'unreachable', reason: 'ECONNREFUSED' })
  })

  it('outlives a connection that died while it was kept alive: it costs no request', async () => {
    const used = new WeakSet<Socket>()
    const served = await serve(({ socket }, response) => {
      if (used.has(socket)) socket.destroy()
      else response.end('ok', () => used.add(socket))
    })
    const client = open(served.url)
    for (let turn = 0; turn < 5; turn += 1) expect(await read((await get(client, '/')).body)).toBe('ok')
    expect(served.opened()).toBeGreaterThan(1)
  })
})
