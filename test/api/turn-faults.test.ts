import { afterEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { databases } from '../support/database.ts'
import { postStream } from '../support/sse.ts'
import { answer, type StubProvider, type StubScript, startStubProvider } from '../support/stub-provider/index.ts'

const shortTimes = {
  MODEL_FIRST_TOKEN_TIMEOUT_SECONDS: '0.2',
  MODEL_IDLE_TIMEOUT_SECONDS: '0.2',
  MODEL_TOTAL_TIMEOUT_SECONDS: '2',
  MODEL_MAX_OUTPUT_CHARACTERS: '5000',
}

describe.each(databases)('failing providers on %s', (database) => {
  let stub: StubProvider
  let server: TestApp

  afterEach(async () => {
    await server.stop()
    await stub.close()
  })

  const start = async (...scripts: StubScript[]) => {
    stub = await startStubProvider({ models: [{ name: 'llama3.2:latest', contextTokens: 8192 }] })
    stub.play(...scripts)
    server = await startApp({ env: { OLLAMA_HOST: stub.url, ...shortTimes }, database })
    return (await server.call('POST', '/api/v2/conversations', {})).body.id as string
  }

  const failures: [string, StubScript, string][] = [
    ['hangs', [{ type: 'hang' }], 'provider-timeout'],
    ['hangs in mid-answer', [{ type: 'text', text: 'some' }, { type: 'hang' }], 'provider-timeout'],
    ['cuts the connection', [{ type: 'text', text: 'some' }, { type: 'cut' }], 'provider-cut'],
    ['ends without a finish', [{ type: 'text', text: 'some' }, { type: 'end' }], 'provider-cut'],
    ['sends what cannot be read', [{ type: 'raw', bytes: '{"message":\n' }], 'provider-malformed'],
    [
      'answers with a page of HTML',
      [{ type: 'reply', status: 200, body: '<html>login</html>', headers: { 'content-type': 'text/html' } }],
      'provider-malformed',
    ],
    ['answers 500', [{ type: 'reply', status: 500, body: 'oops' }], 'provider-failed'],
    [
      'answers 429',
      [{ type: 'reply', status: 429, body: 'slow down', headers: { 'retry-after': '7' } }],
      'provider-overloaded',
    ],
    ['never ends', [{ type: 'endless', text: 'more and more ' }], 'output-limit'],
  ]

  it.each(failures)(
    'complaint 18: keeps the message and tells a typed problem when the provider %s',
    async (...row) => {
      const [, script, code] = row
      const id = await start(script)
      const stream = await postStream(`${server.url}/api/v2/conversations/${id}/turns`, {
        text: 'keep me',
        stream: true,
      })
      const frames = await stream.all()
      const problem = JSON.parse(frames.find(({ event }) => event === 'problem')?.data ?? '{}').problem
      expect(problem.code).toBe(code)
      expect(frames.at(-1)?.event).toBe('turn-end')
      const { body } = await server.call('GET', `/api/v2/conversations/${id}/messages`)
      expect(body.items).toMatchObject([{ text: 'keep me' }, { status: 'failed', problemCode: code }])
      stub.play(answer('all is well'))
      const again = await server.call('POST', `/api/v2/messages/${body.items[1].id}/regenerate`, {})
      expect(again.body.message).toMatchObject({ status: 'complete', text: 'all is well' })
    },
  )

  it('answers a plain request with the problem, its status and when to come back', async () => {
    const id = await start([{ type: 'reply', status: 429, body: 'slow down', headers: { 'retry-after': '7' } }])
    const { status, headers, body } = await server.call('POST', `/api/v2/conversations/${id}/turns`, { text: 'hi' })
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('7')
    expect(body).toMatchObject({ code: 'provider-overloaded', retryable: true })
  })

  it('keeps the message when the provider has gone away', async () => {
    const id = await start(answer('never heard'))
    await stub.close()
    const { status, body } = await server.call('POST', `/api/v2/conversations/${id}/turns`, { text: 'are you there?' })
    expect([status, body.code]).toEqual([502, 'provider-unreachable'])
    const kept = (await server.call('GET', `/api/v2/conversations/${id}/messages`)).body.items
    expect(kept[0].text).toBe('are you there?')
    stub = await startStubProvider()
  })

  it('ends running answers as interrupted when the server stops, and offers to continue', async () => {
    const id = await start([{ type: 'text', text: 'half an answer' }, { type: 'gate' }, { type: 'finish' }])
    const stream = await postStream(`${server.url}/api/v2/conversations/${id}/turns`, { text: 'q', stream: true })
    await stream.until('text-delta')
    server = await server.restart()
    const { body } = await server.call('GET', `/api/v2/conversations/${id}/messages`)
    expect(body.items[1]).toMatchObject({ status: 'interrupted', text: 'half an answer' })
  })

  it('refuses a message that cannot fit, by a problem that gives the figures', async () => {
    const id = await start(answer('no'))
    const { body } = await server.call('POST', `/api/v2/conversations/${id}/turns`, { text: 'word '.repeat(30_000) })
    expect(body.code).toBe('context-too-long')
    expect(body.detail).toMatch(/8192/)
  })
})

describe('without any model', () => {
  it('answers in the words of the owner, cited and labelled', async () => {
    const server = await startApp({ unconfigured: true })
    const { id } = (await server.call('POST', '/api/v2/conversations', {})).body
    const ask = async (text: string) =>
      (await server.call('POST', `/api/v2/conversations/${id}/turns`, { text })).body.message
    await ask('The spare key hangs behind the blue barn door.')
    const reply = await ask('Where is the spare key?')
    expect(reply).toMatchObject({ model: 'hearth/extractive', quality: 'extractive', status: 'complete' })
    expect(reply.text).toContain('behind the blue barn door')
    expect(reply.citations[0].text).toBe('The spare key hangs behind the blue barn door.')
    await server.stop()
  })

  it('C-18: tells a typed problem instead when a provider has been set up and is down', async () => {
    const server = await startApp()
    const { id } = (await server.call('POST', '/api/v2/conversations', {})).body
    const { status, body } = await server.call('POST', `/api/v2/conversations/${id}/turns`, { text: 'hello?' })
    expect([status, body.code]).toEqual([503, 'no-model'])
    const [question, failed] = (await server.call('GET', `/api/v2/conversations/${id}/messages`)).body.items
    expect(question.text).toBe('hello?')
    expect(failed).toMatchObject({ status: 'failed', model: null, quality: null })
    await server.stop()
  })
})
