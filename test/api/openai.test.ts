import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { answer, type StubProvider, startStubProvider } from '../support/stub-provider/index.ts'

describe('the OpenAI dialect, by the official client', () => {
  let stub: StubProvider
  let server: TestApp
  let client: OpenAI

  beforeAll(async () => {
    stub = await startStubProvider({ models: [{ name: 'llama3.2:latest', contextTokens: 8192 }] })
    server = await startApp({ env: { OLLAMA_HOST: stub.url } })
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'placeholder', maxRetries: 0 })
  })
  afterAll(async () => {
    await server.stop()
    await stub.close()
  })
  beforeEach(() => stub.play(answer('Hello', ' world')))

  const messages = [{ role: 'user' as const, content: 'Say hello' }]

  it('C-18: lists models and reads one', async () => {
    const { data } = await client.models.list()
    expect(data).toMatchObject([{ id: 'ollama/llama3.2:latest', object: 'model', owned_by: 'ollama' }])
    expect((await client.models.retrieve('ollama/llama3.2:latest')).id).toBe('ollama/llama3.2:latest')
    await expect(client.models.retrieve('none')).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
  })

  it('C-25: completes a chat without streaming by default, with usage', async () => {
    const completion = await client.chat.completions.create({ model: 'llama3.2', messages, temperature: 0.2, seed: 4 })
    expect(completion.choices).toMatchObject([
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello world' } },
    ])
    expect(completion.usage).toEqual({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 })
    expect(stub.requests.at(-1)?.body).toMatchObject({ options: { temperature: 0.2, seed: 4, num_ctx: 8192 } })
  })

  it('streams chunks, the usage when asked, and ends', async () => {
    const stream = await client.chat.completions.create({
      model: 'ollama/llama3.2:latest',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await Array.fromAsync(stream)
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('Hello world')
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 18 } })
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual(chunks.slice(0, -1).map(() => null))
  })

  it('sends a usage when asked, also when no model has answered', async () => {
    const bare = await startApp({ unconfigured: true })
    const nobody = new OpenAI({ baseURL: `${bare.url}/v1`, apiKey: 'placeholder', maxRetries: 0 })
    const request = {
      model: 'hearth/extractive',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    } as const
    const chunks = await Array.fromAsync(await nobody.chat.completions.create(request))
    expect(chunks.at(-1)?.usage).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })
    await bare.stop()
  })

  it('keeps nothing: the history is the client’s own', async () => {
    await client.chat.completions.create({
      model: 'llama3.2',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'one' }] },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'three' },
      ],
    })
    expect(stub.requests.at(-1)?.body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be kind.\n\nBe brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'three' },
      ],
    })
    expect((await server.call('GET', '/api/v2/conversations')).body.items).toEqual([])
  })

  it("closes the provider's socket when the client aborts", async () => {
    stub.play([{ type: 'text', text: 'going on' }, { type: 'hang' }])
    const stream = await client.chat.completions.create({ model: 'llama3.2', messages, stream: true })
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
    expect(await stub.requests.at(-1)?.closed).toBe('aborted')
  })

  it('complaint 45: names parameters without an effect in a header', async () => {
    const { response } = await client.chat.completions
      .create({ model: 'llama3.2', messages, presence_penalty: 1, user: 'a' })
      .withResponse()
    expect(response.headers.get('hearth-ignored-parameters')).toBe('presence_penalty')
    expect(response.headers.get('hearth-model')).toBe('ollama/llama3.2:latest')
  })

  it('names twenty parameters without an effect and counts the rest', async () => {
    const extra = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`odd${index}`, 1]))
    const odd = { ...extra, 'not for a header': 1, ['x'.repeat(65)]: 1 }
    const { headers, status } = await server.call('POST', '/v1/chat/completions', { messages, ...odd })
    const named = Array.from({ length: 20 }, (_, index) => `odd${index}`).join(', ')
    expect([status, headers.get('hearth-ignored-parameters')]).toEqual([200, `${named}, 4982 more`])
  })

  const times = <T>(count: number, item: T): T[] => Array(count).fill(item)
  const longest = { role: 'user', content: times(1_001, { type: 'text', text: 'a' }) }

  it.each([
    ['more than 10,000 messages', times(10_001, messages[0]), '400 invalid_request'],
    ['more than 1,000 parts of a message', [longest], '400 invalid_request'],
    ['many messages without a role', times(45_000, {}), '400 invalid_request'],
    ['more values than are parsed', times(1_000_000, 0), '413 body_too_large'],
    ['a million parts without a type', [{ role: 'user', content: times(1_000_000, {}) }], '413 body_too_large'],
  ])('refuses %s in a short answer', async (_name, sent, expected) => {
    const reply = await server.call('POST', '/v1/chat/completions', { messages: sent })
    expect(`${reply.status} ${reply.body.error.code}`).toBe(expected)
    expect(JSON.stringify(reply.body).length).toBeLessThan(1_000)
  })

  it('complaint 22: counts the messages that did not fit in a header', async () => {
    const long = { role: 'user' as const, content: 'many words '.repeat(1500) }
    const { response } = await client.chat.completions
      .create({ model: 'llama3.2', messages: [long, long, long, long, ...messages] })
      .withResponse()
    expect(Number(response.headers.get('hearth-context-omitted'))).toBeGreaterThan(0)
  })

  it.each([
    ['an unknown model', { model: 'none', messages }, 404, 'model_not_found'],
    ['no messages', { model: 'llama3.2', messages: [] }, 400, 'invalid_request'],
    [
      'what does not fit',
      { model: 'llama3.2', messages: [{ role: 'user' as const, content: 'word '.repeat(30_000) }] },
      400,
      'context_length_exceeded',
    ],
    ['a wrong temperature', { model: 'llama3.2', messages, temperature: 9 }, 400, 'invalid_request'],
  ])('C-18: words %s as OpenAI does', async (...row) => {
    const [, body, status, code] = row
    await expect(client.chat.completions.create(body)).rejects.toMatchObject({ status, code })
  })

  it('C-18: answers with a status when the provider fails before the first word', async () => {
    stub.play([{ type: 'reply', status: 429, body: 'slow down', headers: { 'retry-after': '7' } }])
    const failed = client.chat.completions.create({ model: 'llama3.2', messages, stream: true })
    await expect(failed).rejects.toMatchObject({ status: 503, code: 'provider_overloaded' })
  })

  it('C-18: sends an error in the stream when the provider fails in mid-answer', async () => {
    stub.play([{ type: 'text', text: 'half' }, { type: 'cut' }])
    const stream = await client.chat.completions.create({ model: 'llama3.2', messages, stream: true })
    await expect(Array.fromAsync(stream)).rejects.toThrow()
  })

  it('C-18: words an unknown address below /v1 as OpenAI does', async () => {
    const { status, body } = await server.call('GET', '/v1/nothing')
    expect(status).toBe(404)
    expect(body.error).toMatchObject({ type: 'invalid_request_error', code: 'not_found' })
  })
})
