import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer as createNetServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { silentLog, systemClock } from '../../src/core/index.ts'
import { createServer, defineRoute, streamOf } from '../../src/http/index.ts'
import { keptLog, raw, serve, storingRoute } from './http-fixture.ts'

const base = { access: 'public', summary: 'Answers', tag: 'test', replies: { 200: 'none' } } as const

/** A route whose reply waits for `go`, and which says when it began and when its signal aborted. */
function waitingRoute() {
  const events = new EventEmitter()
  const route = defineRoute({
    ...base,
    method: 'get',
    path: '/waits',
    handler: async ({ signal }) => {
      signal.addEventListener('abort', () => events.emit('aborted', signal.reason))
      events.emit('began')
      await Promise.race([once(events, 'go'), once(signal, 'abort')])
      return { done: true }
    },
  })
  return { route, events }
}

const bare = (port: number, host = '127.0.0.1') =>
  createServer(
    { routes: [], admit: async () => undefined, log: silentLog, clock: systemClock, version: '0' },
    { host, port },
  )

describe('a slow or broken sender', () => {
  it('whose headers do not come is cut with a problem', async () => {
    const { port } = await serve({ options: { headersTimeoutMs: 200 } })
    const answer = await raw(port, 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ')
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(answer).toContain('"code":"request-timeout"')
  })

  it('whose body does not come is cut with a problem, and nothing is stored', async () => {
    const { route, stored } = storingRoute()
    const { port } = await serve({ routes: [route], options: { bodyTimeoutMs: 100 } })
    const answer = await raw(port, 'POST /messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"text":')
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(answer).toContain('"instance":"/messages"')
    expect(stored).toEqual([])
  })

  it('who leaves in mid-body stores nothing and is not logged', async () => {
    const { log, errors } = keptLog()
    const { route, stored } = storingRoute()
    const { server, port } = await serve({ routes: [route], deps: { log } })
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST /messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"text":"a"}')
    socket.resetAndDestroy()
    await once(socket, 'close')
    await server.close(1_000)
    expect([stored, errors]).toEqual([[], []])
  })

  it.each([
    ['is not HTTP', 'hello\r\n\r\n', '400 malformed-request'],
    [
      'has headers without end',
      `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
      '431 headers-too-large',
    ],
    [
      'smuggles a second length',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      '400 malformed-request',
    ],
  ])('who %s gets a problem', async (_name, bytes, expected) => {
    const [status, code] = expected.split(' ')
    const { port } = await serve()
    const answer = await raw(port, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toContain(`"code":"${code}"`)
    expect(answer).toContain("content-security-policy: default-src 'none'")
  })
})

describe('a client that leaves or falls asleep', () => {
  it('is cut when it has asked for nothing for a while', async () => {
    const { port } = await serve({ options: { keepAliveTimeoutMs: 50 } })
    const answer = await raw(port, 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(answer).toMatch(/connection: keep-alive/i)
  })

  it('is cut when it does not take a long reply', async () => {
    const signals = new EventEmitter()
    const aborted = once(signals, 'aborted')
    const handler = async ({ signal }: { signal: AbortSignal }) => {
      signal.addEventListener('abort', () => signals.emit('aborted'))
      return { text: 'x'.repeat(50_000_000) }
    }
    const route = defineRoute({ ...base, method: 'get', path: '/long', handler })
    const { port } = await serve({ routes: [route], options: { stallTimeoutMs: 100 } })
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /long HTTP/1.1\r\nhost: x\r\n\r\n'))
    socket.pause()
    await aborted
    socket.destroy()
  })

  it('aborts the signal of its request, in silence', async () => {
    const { log, errors } = keptLog()
    const { route, events } = waitingRoute()
    const { port } = await serve({ routes: [route], deps: { log } })
    const began = once(events, 'began')
    const aborted = once(events, 'aborted')
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /waits HTTP/1.1\r\nhost: x\r\n\r\n'))
    await began
    socket.destroy()
    await aborted
    expect(errors).toEqual([])
  })
})

describe('closing', () => {
  it('C-4: says so at once, lets what runs end, then refuses connections', async () => {
    const { route, events } = waitingRoute()
    const { server, port, call } = await serve({ routes: [route] })
    const aborts: unknown[] = []
    events.on('aborted', (reason) => aborts.push(reason))
    const began = once(events, 'began')
    const answer = call('/waits')
    await began
    expect(server.isClosing()).toBe(false)
    const closed = server.close(10_000)
    expect(server.isClosing()).toBe(true)
    await expect(call('/')).rejects.toThrow()
    expect(aborts).toEqual([])
    events.emit('go')
    const response = await answer
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close'])
    await closed
    await expect(raw(port, '')).rejects.toThrow('ECONNREFUSED')
  })

  it('aborts what outlives the grace time, with the reason, and resolves', async () => {
    const { route, events } = waitingRoute()
    const { server, call } = await serve({ routes: [route] })
    const began = once(events, 'began')
    const aborted = once(events, 'aborted')
    const answer = call('/waits').then(
      () => 'answered',
      () => 'cut',
    )
    await began
    await server.close(0)
    expect((await aborted)[0]).toMatchObject({ code: 'shutting-down' })
    expect(['answered', 'cut']).toContain(await answer)
  })

  it('cuts what does not heed its signal', async () => {
    const events = new EventEmitter()
    const began = once(events, 'began')
    const handler = () => {
      events.emit('began')
      return new Promise<Record<string, unknown>>(() => undefined)
    }
    const { server, call } = await serve({ routes: [defineRoute({ ...base, method: 'get', path: '/deaf', handler })] })
    const answer = call('/deaf')
    answer.catch(() => undefined)
    await began
    await server.close(0)
    await expect(answer).rejects.toThrow()
  })

  it('ends feeds, which never end by themselves, without using the grace time', async () => {
    const route = defineRoute({
      ...base,
      method: 'get',
      path: '/feed',
      handler: ({ signal }) => {
        const events = async function* () {
          yield { data: 1 }
          await once(signal, 'abort')
        }
        return { ...streamOf(events()), endless: true }
      },
    })
    const { server, call } = await serve({ routes: [route] })
    const response = await call('/feed')
    const text = response.text()
    await server.close(60_000)
    expect(await text).toBe('retry: 1000\ndata: 1\n\n')
  })

  it('may be asked for twice, and ends idle connections', async () => {
    const { server, port } = await serve()
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const ended = once(socket, 'close')
    socket.resume()
    await Promise.all([server.close(60_000), server.close(60_000)])
    await ended
  })
})

describe('a port that is taken', () => {
  it('is refused with the process that has it and the remedy', async () => {
    const other = createNetServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const failure = await bare(port)
      .listen()
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'port-in-use' })
    const detail = String(Reflect.get(failure as object, 'detail'))
    expect(detail).toContain(`PORT=${port + 1}`)
    if (process.platform === 'linux') expect(detail).toContain(`process ${process.pid} (`)
  })

  it('is not mistaken for one that may not be used', async () => {
    await expect(bare(0, '192.0.2.1').listen()).rejects.toThrow('192.0.2.1 is not an address of this machine')
  })
})

describe('the address', () => {
  it.skipIf(process.platform === 'win32')('C-9: is a URL also on IPv6', async () => {
    const server = bare(0, '::1')
    const { url, port } = await server.listen()
    onTestFinished(() => server.close(0))
    expect(url).toBe(`http://[::1]:${port}`)
    expect((await fetch(`${url}/openapi.json`)).status).toBe(200)
  })
})
