import { createServer as createNetServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ProblemError, silentLog } from '../../src/core/index.ts'
import { createProviders, type ProvidersOptions, type Resolved } from '../../src/providers/index.ts'
import {
  answer,
  refusal,
  type StubProvider,
  type StubScript,
  startStubProvider,
} from '../support/stub-provider/index.ts'
import { readAll, textOf } from './provider-suite.ts'

const limits = {
  connectTimeoutMs: 2_000,
  discoveryTimeoutMs: 5_000,
  firstTokenTimeoutMs: 10_000,
  idleTimeoutMs: 10_000,
  totalTimeoutMs: 20_000,
  maxOutputCharacters: 10_000,
}
const key = 'gateway_Zm9vYmFyYmF6cXV4'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

type Wire = 'ollama' | 'openai'
type Opened = { readonly stub: StubProvider; readonly resolved: Resolved }

async function open(wire: Wire, options: Partial<ProvidersOptions> = {}): Promise<Opened> {
  const stub = await startStubProvider()
  const place =
    wire === 'ollama'
      ? { ollama: { baseUrl: stub.url, configured: true, apiKey: key } }
      : { openai: { baseUrl: `${stub.url}/v1`, apiKey: key } }
  const providers = createProviders({ log: silentLog }, { ...limits, ...place, ...options })
  closers.push(stub.close, providers.stop)
  await providers.refresh()
  const resolved = providers.resolve()
  if (!resolved) throw new Error('no model')
  return { stub, resolved }
}

const ask = ({ resolved }: Opened, more: object = {}) =>
  readAll(
    resolved.provider.generate(
      { model: resolved.model.name, messages: [{ role: 'user', text: 'hi' }], contextTokens: 4096, ...more },
      new AbortController().signal,
    ),
  )

const problemOf = async (opened: Opened, script: StubScript): Promise<ProblemError> => {
  opened.stub.play(script)
  const { error } = await ask(opened)
  if (!(error instanceof ProblemError)) throw new Error(`no problem but ${error}`)
  return error
}

describe.each(['ollama', 'openai'] as const)('time-outs of %s', (wire) => {
  it('F1: a provider that hangs is given up at the first-token time-out and its socket is closed', async () => {
    const opened = await open(wire, { firstTokenTimeoutMs: 40 })
    const problem = await problemOf(opened, [{ type: 'hang' }])
    expect(problem).toMatchObject({ code: 'provider-timeout', detail: expect.stringContaining('0.04 s') })
    expect(await (await opened.stub.request()).closed).toBe('aborted')
  })

  it('F1: a provider that sends its headers and then hangs is given up as well', async () => {
    const opened = await open(wire, { firstTokenTimeoutMs: 40 })
    expect(await problemOf(opened, [{ type: 'raw', bytes: '\n' }, { type: 'hang' }])).toMatchObject({
      code: 'provider-timeout',
    })
    expect(await (await opened.stub.request()).closed).toBe('aborted')
  })

  it('F1: leaves no socket behind after 50 hanging turns', async () => {
    const opened = await open(wire, { firstTokenTimeoutMs: 60 })
    opened.stub.play([{ type: 'hang' }])
    const endings = await Promise.all(Array.from({ length: 50 }, () => ask(opened)))
    for (const { error } of endings) expect(error).toMatchObject({ code: 'provider-timeout' })
    expect(opened.stub.requests.length).toBeGreaterThan(0)
    const closed = await Promise.all(opened.stub.requests.map((request) => request.closed))
    expect(new Set(closed)).toEqual(new Set(['aborted']))
  })

  it('F2: silence in mid-answer ends at the idle time-out; what was said is kept', async () => {
    const opened = await open(wire, { idleTimeoutMs: 40 })
    opened.stub.play([{ type: 'text', text: 'one' }, { type: 'hang' }])
    const { events, error } = await ask(opened)
    expect(textOf(events)).toBe('one')
    expect(error).toMatchObject({ code: 'provider-timeout' })
  })

  it('F2: single bytes that make no text do not count as life', async () => {
    const opened = await open(wire, { idleTimeoutMs: 60 })
    const drip = { type: 'drip', text: 'slow', intervalMs: 10 } as const
    expect(await problemOf(opened, [{ type: 'text', text: 'one' }, drip])).toMatchObject({ code: 'provider-timeout' })
  })

  it('F2: the total deadline holds however lively the answer is', async () => {
    const opened = await open(wire, { totalTimeoutMs: 80, maxOutputCharacters: 1e9 })
    expect(await problemOf(opened, [{ type: 'endless', text: 'on and on ' }])).toMatchObject({
      code: 'provider-timeout',
    })
    expect(await (await opened.stub.request()).closed).toBe('aborted')
  })

  it('does not hurry a reader who is slower than the provider', async () => {
    const opened = await open(wire, { idleTimeoutMs: 100 })
    const say = (text: string) => ({ type: 'text', text }) as const
    const gate = { type: 'gate' } as const
    opened.stub.play([say('one'), gate, say('two'), gate, say('three'), { type: 'finish' }])
    const request = { model: 'llama3.2:latest', messages: [{ role: 'user' as const, text: 'hi' }], contextTokens: 4096 }
    const heard: string[] = []
    for await (const event of opened.resolved.provider.generate(request, new AbortController().signal)) {
      if (event.type !== 'text-delta') continue
      heard.push(event.text)
      if (event.text !== 'three') await opened.stub.next()
      if (event.text === 'two') await new Promise((resolve) => setTimeout(resolve, 150))
    }
    expect(heard).toEqual(['one', 'two', 'three'])
  })
})

describe.each(['ollama', 'openai'] as const)('refusals of %s', (wire) => {
  it('F3: tells how long to wait, from seconds or from a date', async () => {
    const opened = await open(wire)
    expect(await problemOf(opened, refusal(429, 'slow', { 'retry-after': '7' }))).toMatchObject({ retryAfterMs: 7_000 })
    const past = refusal(503, 'busy', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' })
    expect(await problemOf(opened, past)).toMatchObject({ code: 'provider-overloaded', retryAfterMs: 0 })
    expect((await problemOf(opened, refusal(429, 'slow'))).retryAfterMs).toBeUndefined()
  })

  it('LLAMA-30: passes on what the provider says, with its address and the remedy, never with the key', async () => {
    const opened = await open(wire)
    const { code, detail } = await problemOf(opened, refusal(401, `Incorrect API key provided: ${key}. See\nthe page.`))
    expect(code).toBe('provider-rejected')
    expect(detail).toContain(opened.stub.url)
    expect(detail).toContain('Incorrect API key provided: •••')
    expect(detail).toMatch(/Check .*(OPENAI_API_KEY|OLLAMA_HOST)/)
    expect(detail).not.toContain(key)
    expect(detail).not.toContain('\n')
  })

  it('masks keys that are not ours and cuts long messages', async () => {
    const opened = await open(wire)
    const { detail } = await problemOf(opened, refusal(400, `key sk-abcdef123456 is bad ${'very '.repeat(500)}`))
    expect(detail).not.toContain('sk-abcdef')
    expect(detail?.length).toBeLessThan(500)
  })

  it('says which model is not there', async () => {
    const opened = await open(wire)
    const problem = await problemOf(opened, refusal(404, "model 'gemma9' not found"))
    expect(problem).toMatchObject({ code: 'model-not-found', detail: expect.stringContaining('gemma9') })
  })

  it('tells a page that is not there from a model that is not there', async () => {
    const opened = await open(wire)
    const html = { 'content-type': 'text/html' }
    const problem = await problemOf(opened, [{ type: 'reply', status: 404, body: '<h1>Not found</h1>', headers: html }])
    expect(problem).toMatchObject({ code: 'provider-rejected', detail: expect.stringContaining('Check the address') })
    expect(problem.detail).not.toContain('<h1>')
  })

  it('says that the prompt is too long when that is what is wrong', async () => {
    const opened = await open(wire)
    const said = 'the request exceeds the available context size, try increasing it'
    expect(await problemOf(opened, refusal(400, said))).toMatchObject({ code: 'context-too-long' })
  })

  it('never follows a redirect, so that the key goes to its own origin alone', async () => {
    const opened = await open(wire)
    const elsewhere = await startStubProvider()
    closers.push(elsewhere.close)
    const away: StubScript = [{ type: 'reply', status: 307, headers: { location: `${elsewhere.url}/api/chat` } }]
    expect(await problemOf(opened, away)).toMatchObject({ code: 'provider-rejected' })
    expect(elsewhere.log).toEqual([])
  })
})

describe('what is sent', () => {
  it('ORBIT-11: always opens the window of the request in Ollama, and sends the operator’s parameters', async () => {
    const stub = await startStubProvider()
    const parameters = { temperature: 0.1, topP: 0.8, topK: 20, repeatPenalty: 1.1, maxOutputTokens: 1024, threads: 8 }
    const ollama = { baseUrl: stub.url, configured: true, parameters }
    const providers = createProviders({ log: silentLog }, { ...limits, ollama })
    closers.push(stub.close, providers.stop)
    await providers.refresh()
    const resolved = providers.resolve()
    if (!resolved) throw new Error('no model')
    await ask({ stub, resolved }, { temperature: 0.7, seed: 4, stop: ['END'] })
    expect(stub.requests[0]?.body).toEqual({
      model: 'llama3.2:latest',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      keep_alive: '5m',
      options: {
        num_ctx: 4096,
        num_predict: 1024,
        temperature: 0.7,
        top_p: 0.8,
        top_k: 20,
        repeat_penalty: 1.1,
        num_thread: 8,
        seed: 4,
        stop: ['END'],
      },
    })
  })

  it('ASTRA-26: sends the key and asks for the usage in chat completions', async () => {
    const opened = await open('openai')
    await ask(opened, { maxOutputTokens: 5 })
    expect(opened.stub.requests[0]?.headers.authorization).toBe(`Bearer ${key}`)
    expect(opened.stub.requests[0]?.body).toEqual({
      model: 'llama3.2:latest',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 5,
    })
  })

  it('asks again without a field that the server does not know, and remembers it', async () => {
    const opened = await open('openai')
    opened.stub.play(refusal(400, "Unrecognized request argument supplied: 'stream_options'"), answer('ok'))
    expect(textOf((await ask(opened)).events)).toBe('ok')
    await ask(opened)
    expect(opened.stub.requests.map(({ body }) => 'stream_options' in body)).toEqual([true, false, false])
  })

  it('calls the limit by the other name when the server insists', async () => {
    const opened = await open('openai')
    const said =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    opened.stub.play(refusal(400, said), answer('ok'))
    expect(textOf((await ask(opened, { maxOutputTokens: 9 })).events)).toBe('ok')
    expect(opened.stub.requests[1]?.body).toMatchObject({ max_completion_tokens: 9 })
    expect(opened.stub.requests[1]?.body).not.toHaveProperty('max_tokens')
  })

  it('asks at most three times, and not at all again over a bad value', async () => {
    const opened = await open('openai')
    opened.stub.play(refusal(422, 'Extra inputs are not permitted: stream_options, temperature, top_p, max_tokens'))
    expect((await ask(opened, { temperature: 1, topP: 1 })).error).toMatchObject({ code: 'provider-rejected' })
    expect(opened.stub.requests.length).toBeLessThanOrEqual(3)
    const other = await open('openai')
    other.stub.play(refusal(400, 'max_tokens must be at most 4096'))
    expect((await ask(other, { maxOutputTokens: 9_999 })).error).toMatchObject({ code: 'provider-rejected' })
    expect(other.stub.requests).toHaveLength(1)
  })
})

describe('a stream that is whole but does not end', () => {
  it('is finished shortly after its finish, without its usage', async () => {
    const opened = await open('openai')
    const finish = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    opened.stub.play([
      { type: 'raw', bytes: 'data: {"choices":[{"delta":{"content":"all"}}]}\n\n' },
      { type: 'raw', bytes: finish },
      { type: 'hang' },
    ])
    const { events, error } = await ask(opened)
    expect(error).toBeUndefined()
    expect(textOf(events)).toBe('all')
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    expect(await (await opened.stub.request()).closed).toBe('aborted')
  })

  it('is finished when the socket breaks behind its finish', async () => {
    const opened = await open('openai')
    const finish = 'data: {"choices":[{"index":0,"delta":{"content":"all"},"finish_reason":"length"}]}\n\n'
    opened.stub.play([{ type: 'raw', bytes: finish }, { type: 'cut' }])
    expect((await ask(opened)).events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
  })
})

describe('a provider that is not there', () => {
  it('is unreachable when nobody listens, with what to start', async () => {
    const opened = await open('ollama')
    await opened.stub.close()
    const { error } = await ask(opened)
    expect(error).toMatchObject({ code: 'provider-unreachable' })
    expect((error as ProblemError).detail).toMatch(
      /^Ollama at http:\/\/127\.0\.0\.1:\d+ is not running: start it with `ollama serve`/,
    )
  })

  it('is unreachable when its name is unknown', async () => {
    const ollama = { baseUrl: 'http://no-such-host.invalid:11434', configured: true }
    const providers = createProviders({ log: silentLog }, { ...limits, ollama })
    closers.push(providers.stop)
    await providers.refresh()
    expect(providers.list().providers).toEqual([
      {
        name: 'ollama',
        status: 'down',
        detail: expect.stringMatching(/no-such-host\.invalid.*(name is not known|cannot be reached)/),
      },
    ])
  })

  it('is malformed when it does not speak HTTP', async () => {
    const server = createNetServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('SSH-2.0-OpenSSH_9.6\r\n'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as { port: number }
    const ollama = { baseUrl: `http://127.0.0.1:${port}`, configured: true }
    const providers = createProviders({ log: silentLog }, { ...limits, ollama })
    closers.push(providers.stop)
    await providers.refresh()
    expect(providers.list().providers[0]).toMatchObject({
      status: 'down',
      detail: expect.stringContaining('does not speak HTTP'),
    })
  })
})
