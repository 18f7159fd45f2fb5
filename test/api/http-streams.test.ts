import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ProblemError } from '../../src/core/index.ts'
import { defineRoute, type ProblemRenderer, type Route, type StreamEvent, streamOf } from '../../src/http/index.ts'
import { keptLog, raw, serve } from './http-fixture.ts'

type Events = (signal: AbortSignal) => AsyncIterable<StreamEvent>

const streaming = (events: Events, extra: Partial<Route> = {}): Route => ({
  ...defineRoute({
    method: 'get',
    path: '/events',
    access: 'public',
    summary: 'Streams',
    tag: 'test',
    replies: { 200: 'stream' },
    handler: ({ signal }) => streamOf(events(signal)),
  }),
  ...extra,
})

const aborted = (signal: AbortSignal) => (signal.aborted ? Promise.resolve() : once(signal, 'abort'))

async function* two(): AsyncGenerator<StreamEvent> {
  yield { id: 1, event: 'text-delta', data: { text: 'a' } }
  yield { id: 2, event: 'turn-end', data: {} }
}

const request = 'GET /events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'

const renderProblem: ProblemRenderer = (error) => ({
  kind: 'reply',
  status: 418,
  body: { error: { message: error instanceof ProblemError ? error.code : 'internal' } },
})

describe('an event stream', () => {
  it('C-5: has numbered, named frames and says when to come back', async () => {
    const { call } = await serve({ routes: [streaming(two)] })
    const response = await call('/events')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(
      'retry: 1000\nid: 1\nevent: text-delta\ndata: {"text":"a"}\n\nid: 2\nevent: turn-end\ndata: {}\n\n',
    )
  })

  it('LUMIA-46: is neither kept nor held back on its way', async () => {
    const { call } = await serve({ routes: [streaming(two)] })
    const { headers } = await call('/events')
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(headers.get('cache-control')).toContain('no-cache')
    expect(headers.get('x-accel-buffering')).toBe('no')
    expect(headers.get('content-encoding')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('in a dialect says nothing of its own', async () => {
    const { call } = await serve({ routes: [streaming(two, { renderProblem })] })
    expect(await (await call('/events')).text()).not.toContain('retry')
  })

  it('ASTRA-33: sends the head and the first events in one piece, and each later one when it comes', async () => {
    const later = new EventEmitter()
    const { port } = await serve({
      routes: [
        streaming(async function* () {
          yield* two()
          await once(later, 'go')
          yield { data: 'later' }
        }),
      ],
    })
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(first.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(first.toString()).toContain(
      'retry: 1000\nid: 1\nevent: text-delta\ndata: {"text":"a"}\n\nid: 2\nevent: turn-end\ndata: {}\n\n\r\n',
    )
    later.emit('go')
    const [second] = (await once(socket, 'data')) as [Buffer]
    expect(second.toString()).toContain('data: later')
    socket.destroy()
  })

  it('that has nothing to say yet opens at once, and is kept open by comments', async () => {
    const routes = [
      streaming(async function* (signal) {
        await aborted(signal)
        yield* []
      }),
    ]
    const { call } = await serve({ routes, options: { heartbeatMs: 20 } })
    const response = await call('/events')
    const reader = response.body?.getReader()
    let text = ''
    while (!/: ping\n\n.*: ping\n\n/s.test(text)) text += new TextDecoder().decode((await reader?.read())?.value)
    expect(text).toMatch(/^retry: 1000\n(: ping\n\n)+$/)
    await reader?.cancel()
  })

  it('is not run for HEAD', async () => {
    const { port } = await serve({ routes: [streaming(two)] })
    const answer = await raw(port, request.replace('GET', 'HEAD'))
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(answer).not.toContain('data:')
  })
})

describe('an event stream that fails', () => {
  it('before its first event is answered by a status', async () => {
    const failing: Events = async function* () {
      yield* []
      throw new ProblemError('no-model', { retryAfterMs: 5_000 })
    }
    const { call } = await serve({ routes: [streaming(failing)] })
    const response = await call('/events')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.json()).toMatchObject({ code: 'no-model' })
  })

  const failsLater = (error: unknown): Events =>
    async function* () {
      yield { data: 1 }
      throw error
    }

  it('later ends with a problem event', async () => {
    const { call } = await serve({ routes: [streaming(failsLater(new ProblemError('provider-cut')))] })
    const text = await (await call('/events')).text()
    expect(text).toMatch(/\n\nevent: problem\ndata: \{"type":"\/problems\/provider-cut".*\}\n\n$/)
  })

  it('by a bug hides it, and logs it once', async () => {
    const { log, errors } = keptLog()
    const { call } = await serve({ routes: [streaming(failsLater(new Error('secret')))], deps: { log } })
    const text = await (await call('/events')).text()
    expect(text).toContain('"code":"internal"')
    expect(text).not.toContain('secret')
    expect(errors).toHaveLength(1)
  })

  it('in a dialect ends in its words', async () => {
    const routes = [streaming(failsLater(new ProblemError('provider-cut')), { renderProblem })]
    const { call } = await serve({ routes })
    expect(await (await call('/events')).text()).toBe('data: 1\n\ndata: {"error":{"message":"provider-cut"}}\n\n')
  })

  it('by an id that could forge a frame sends a problem and no forged frame', async () => {
    const forging: Events = async function* () {
      yield { data: 1 }
      yield { id: '1\n\nevent: forged\ndata: {}', data: 2 }
    }
    const { call } = await serve({ routes: [streaming(forging)] })
    const text = await (await call('/events')).text()
    expect(text).not.toContain('forged')
    expect(text).toContain('event: problem')
  })
})

describe('a reader', () => {
  it('ASTRA-33: that leaves ends the source and aborts its signal, in silence', async () => {
    const { log, errors } = keptLog()
    const ended = new EventEmitter()
    const endings = Promise.all([once(ended, 'returned'), once(ended, 'aborted')])
    const source = (signal: AbortSignal): AsyncIterable<StreamEvent> => {
      let sent = false
      signal.addEventListener('abort', () => ended.emit('aborted'))
      const next = () => {
        if (sent) return new Promise<never>(() => undefined)
        sent = true
        return Promise.resolve({ done: false as const, value: { data: 'first' } })
      }
      const stop = () => {
        ended.emit('returned')
        return Promise.resolve({ done: true as const, value: undefined })
      }
      return { [Symbol.asyncIterator]: () => ({ next, return: stop }) }
    }
    const { port } = await serve({ routes: [streaming(source)], deps: { log } })
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    await once(socket, 'data')
    socket.destroy()
    await endings
    expect(errors).toEqual([])
  })

  it('that takes nothing is waited for, and cut when that lasts too long', async () => {
    let pulled = 0
    const ended = new EventEmitter()
    const finished = once(ended, 'end')
    const endless: Events = async function* () {
      try {
        for (;;) {
          pulled += 1
          yield { data: 'x'.repeat(100_000) }
        }
      } finally {
        ended.emit('end')
      }
    }
    const { port } = await serve({ routes: [streaming(endless)], options: { stallTimeoutMs: 300 } })
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.pause()
    await finished
    expect(pulled).toBeGreaterThan(1)
    expect(pulled).toBeLessThan(500)
    socket.destroy()
  })

  it('that is slow still gets every event in order', async () => {
    const many: Events = async function* () {
      for (let at = 0; at < 3_000; at += 1) yield { id: at, data: 'x'.repeat(1_000) }
    }
    const { call } = await serve({ routes: [streaming(many)] })
    const text = await (await call('/events')).text()
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))
    expect(ids).toEqual(Array.from({ length: 3_000 }, (_, at) => at))
  })
})
