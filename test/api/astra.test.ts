import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { databases } from '../support/database.ts'
import { answer, type StubProvider, startStubProvider } from '../support/stub-provider/index.ts'

describe.each(databases)("ASTRA's interface on %s", (database) => {
  let stub: StubProvider
  let server: TestApp

  beforeAll(async () => {
    stub = await startStubProvider({ models: [{ name: 'mistral:latest', contextTokens: 8192 }] })
    stub.play(answer('It is', ' fine.'))
    const env = { OLLAMA_HOST: stub.url, OLLAMA_MODEL: 'mistral', SYSTEM_PROMPT: 'You are a helpful home assistant.' }
    server = await startApp({ env, database })
  })
  afterAll(async () => {
    await server.stop()
    await stub.close()
  })

  it.each(['/chat', '/compat/astra/chat'])(
    'ASTRA-3, C-1: POST %s takes text or message and returns the reply',
    async (path) => {
      const { status, body } = await server.call('POST', path, { text: 'How is the house?' })
      expect(status).toBe(200)
      expect(body).toMatchObject({ reply: 'It is fine.', response: 'It is fine.' })
      expect(body.conversation_id).toMatch(/^[0-9a-f-]{36}$/)
      expect((await server.call('POST', path, { message: 'And the garden?' })).body.reply).toBe('It is fine.')
    },
  )

  it('ASTRA-19, ASTRA-21, ASTRA-27: asks the configured model with the system prompt before the log', async () => {
    await server.call('POST', '/chat', { text: 'the newest' })
    const [request] = stub.requests.slice(-1)
    const { model, messages } = (request?.body ?? {}) as {
      model: string
      messages: { role: string; content: string }[]
    }
    expect(model).toBe('mistral:latest')
    expect(messages[0]).toEqual({ role: 'system', content: 'You are a helpful home assistant.' })
    expect(messages.at(-1)).toEqual({ role: 'user', content: 'the newest' })
    expect(messages.length).toBeGreaterThan(3)
  })

  it('C-1: refuses at the root what it could not answer in the words of the client', async () => {
    const lumia = await server.call('POST', '/chat', { message: 'hi', user_id: 'ada' })
    expect([lumia.status, lumia.body.code]).toEqual([501, 'not-served'])
    const orbit = { message: 'hi', stream: true }
    expect((await server.call('POST', '/chat', orbit, { 'x-api-key': 'k' })).status).toBe(501)
    const plain = await server.call('POST', '/chat', { message: 'hi', stream: false }, { 'x-api-key': 'k' })
    expect(plain.body.response).toBe('It is fine.')
  })

  it.each([
    ['invalid JSON', '{"text":', 400],
    ['no text', {}, 400],
    ['an empty text', { text: '' }, 400],
  ])('ASTRA-3: answers 400 to %s, in the shape {detail}', async (_name, body, status) => {
    const reply = await server.call('POST', '/chat', body)
    expect(reply.status).toBe(status)
    expect(reply.body.detail).toEqual(expect.any(String))
  })

  it('ASTRA-3: answers 502 when the provider fails', async () => {
    stub.play([{ type: 'reply', status: 500, body: 'broken' }])
    const { status, body } = await server.call('POST', '/chat', { text: 'are you there?' })
    expect([status, typeof body.detail]).toEqual([502, 'string'])
    stub.play(answer('It is', ' fine.'))
    const { body: log } = await server.call('GET', '/history')
    expect(log.at(-1)).toMatchObject({ role: 'user', text: 'are you there?' })
  })

  it('ASTRA-6, ASTRA-10, ASTRA-14: /history gives the last 50 entries, oldest first, with all fields', async () => {
    const { body } = await server.call('GET', '/history')
    expect(body.length).toBeLessThanOrEqual(50)
    expect(body[0]).toEqual({
      id: expect.any(String),
      timestamp: expect.stringMatching(/Z$/),
      role: 'user',
      source: 'web-chat',
      channel: 'chat',
      text: 'How is the house?',
      raw_payload: null,
    })
    expect(body[1]).toMatchObject({ role: 'assistant', source: 'ollama', channel: 'chat', text: 'It is fine.' })
  })

  it('ASTRA-6: /history?after gives only what is newer, the answer to the newest question among it', async () => {
    const before = (await server.call('GET', '/history')).body.at(-1).timestamp
    await server.call('POST', '/chat', { text: 'one more' })
    const { body } = await server.call('GET', `/history?after=${encodeURIComponent(before)}`)
    expect(body.map(({ text }: { text: string }) => text)).toEqual(['one more', 'It is fine.'])
    const asked = body[0].timestamp
    const after = (await server.call('GET', `/history?after=${asked}`)).body
    expect(after.every(({ timestamp }: { timestamp: string }) => timestamp > asked)).toBe(true)
    expect((await server.call('GET', '/history?after=yesterday')).status).toBe(400)
  })

  it('ASTRA-7: /data gives a slice of time, with or without zone, and refuses what makes none', async () => {
    const all = (await server.call('GET', '/data?start=2020-01-01&end=2100-01-01T00:00:00Z')).body
    expect(all.length).toBeGreaterThan(4)
    expect((await server.call('GET', '/data?start=2020-01-01T00:00:00&end=2020-01-02T00:00:00%2B02:00')).body).toEqual(
      [],
    )
    for (const query of ['', '?start=2020-01-01', '?start=2021-01-01&end=2020-01-01', '?start=x&end=y']) {
      expect((await server.call('GET', `/data${query}`)).status).toBe(400)
    }
  })

  it.each(['/health', '/compat/astra/health', '/api/v2/health'])(
    'ASTRA-8, C-4: %s says how the parts are',
    async (path) => {
      const { status, body } = await server.call('GET', path)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        status: 'ok',
        healthy: true,
        version: expect.any(String),
        uptime_seconds: expect.any(Number),
        components: { server: { status: 'ok' }, vector: {}, chroma: {}, llm: { status: 'ok' } },
      })
    },
  )

  it('C-4: /livez and /readyz answer while the server takes requests', async () => {
    expect((await server.call('GET', '/livez')).body.status).toBe('alive')
    expect((await server.call('GET', '/readyz')).body.status).toBe('ready')
  })

  it('C-3, ASTRA-9, ASTRA-15, LUMIA-40: the merged conversation is the home conversation, and survives a restart', async () => {
    const home = (await server.call('GET', '/api/v2/conversations/home')).body
    expect(home.kind).toBe('home')
    const history = (await server.call('GET', '/history')).body
    server = await server.restart()
    expect((await server.call('GET', '/history')).body).toEqual(history)
    expect((await server.call('GET', '/api/v2/conversations/home')).body.id).toBe(home.id)
  })

  it('ASTRA-2: / leads to the page', async () => {
    const { status, headers } = await server.call('GET', '/')
    expect([status, headers.get('location')]).toEqual([302, '/app/'])
  })

  it('ASTRA-13: only the last 15 minutes of the home conversation are sent', async () => {
    expect((await server.call('GET', '/api/v2/conversations/home')).body.kind).toBe('home')
    await server.call('POST', '/chat', { text: 'within the window' })
    const history = (await server.call('GET', '/history')).body
    const reply = history.at(-1)
    const { context } = (await server.call('GET', `/api/v2/messages/${reply.id}/context`)).body
    expect(context.omitted.every(({ reason }: { reason: string }) => reason !== 'time-window')).toBe(true)
  })
})
