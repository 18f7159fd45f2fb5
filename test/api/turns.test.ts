import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { databases } from '../support/database.ts'
import { openStream, postStream, textOf } from '../support/sse.ts'
import { answer, type StubProvider, type StubRequest, startStubProvider } from '../support/stub-provider/index.ts'

const within250Ms = () => new Promise((resolve) => setTimeout(() => resolve('too late'), 250))

describe.each(databases)('turns on %s', (database) => {
  let stub: StubProvider
  let server: TestApp
  let conversationId: string

  beforeAll(async () => {
    stub = await startStubProvider({ models: [{ name: 'llama3.2:latest', contextTokens: 8192 }] })
    server = await startApp({ env: { OLLAMA_HOST: stub.url, HISTORY_MAX_MESSAGES: '2' }, database })
  })
  afterAll(async () => {
    await server.stop()
    await stub.close()
  })
  beforeEach(async () => {
    conversationId = (await server.call('POST', '/api/v2/conversations', {})).body.id
    stub.play(answer('Hello', ' world'))
  })

  const turnsUrl = () => `/api/v2/conversations/${conversationId}/turns`
  const ask = (text: string, more: object = {}) => server.call('POST', turnsUrl(), { text, ...more })
  const askStream = (text: string, more: object = {}) =>
    postStream(server.url + turnsUrl(), { text, stream: true, ...more })
  const lastRequest = () => stub.requests.at(-1) as StubRequest
  const messages = async () => (await server.call('GET', `/api/v2/conversations/${conversationId}/messages`)).body.items

  it('ASTRA-14, LUMIA-1: stores question and answer with instants, sources and the model', async () => {
    const { status, body } = await ask('Hi there')
    expect(status).toBe(200)
    expect(body.message).toMatchObject({ text: 'Hello world', status: 'complete', model: 'ollama/llama3.2:latest' })
    expect(await messages()).toMatchObject([
      { role: 'user', text: 'Hi there', source: 'web-chat', channel: 'chat' },
      { role: 'assistant', text: 'Hello world', source: 'ollama', quality: 'full' },
    ])
    expect(body.message.usage).toMatchObject({ inputTokens: expect.any(Number), outputTokens: expect.any(Number) })
  })

  it('ASTRA-33, C-5: streams numbered typed events from turn-start to turn-end', async () => {
    const frames = await (await askStream('Hi')).all()
    expect(frames.map(({ event }) => event)).toEqual([
      'turn-start',
      'context',
      'text-delta',
      'text-delta',
      'usage',
      'turn-end',
    ])
    expect(frames.map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5, 6])
    expect(textOf(frames)).toBe('Hello world')
  })

  it('commits the message before the provider is called', async () => {
    stub.play([{ type: 'gate' }, { type: 'text', text: 'late' }, { type: 'finish' }])
    const stream = await askStream('first stored, then asked')
    await stub.reached()
    expect(await messages()).toMatchObject([{ text: 'first stored, then asked' }, { status: 'streaming' }])
    await stub.next()
    await stream.all()
  })

  it('goes on when the client leaves, and tells a second one everything once, in order', async () => {
    stub.play([
      { type: 'text', text: 'one ' },
      { type: 'gate' },
      { type: 'text', text: 'two ' },
      { type: 'gate' },
      { type: 'text', text: 'three' },
      { type: 'finish' },
    ])
    const first = await askStream('count')
    const turnId = first.headers.get('hearth-turn-id')
    const seen = await first.until('text-delta')
    first.leave()
    await stub.reached()
    await stub.next()
    const lastId = seen.at(-1)?.id ?? ''
    const second = await openStream(`${server.url}/api/v2/turns/${turnId}/events`, {
      headers: { 'last-event-id': lastId },
    })
    const two = await second.next()
    expect(JSON.parse(two?.data ?? '{}')).toEqual({ type: 'text-delta', text: 'two ' })
    await stub.next()
    const rest = await second.all()
    const numbers = [...seen, two, ...rest].map((frame) => Number(frame?.id))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(JSON.parse(rest.at(-1)?.data ?? '{}').message.text).toBe('one two three')
  })

  it('replays an ended turn from the disk under the same numbers', async () => {
    const live = await (await askStream('again')).all()
    const turnId = JSON.parse(live[0]?.data ?? '{}').turn.id
    const replay = await (await openStream(`${server.url}/api/v2/turns/${turnId}/events`)).all()
    expect(replay).toEqual(live)
    const tail = await (await openStream(`${server.url}/api/v2/turns/${turnId}/events?after=3`)).all()
    expect(tail).toEqual(live.slice(3))
    const later = await openStream(`${server.url}/api/v2/turns/${turnId}/events?after=1`, {
      headers: { 'last-event-id': '4' },
    })
    expect(await later.all()).toEqual(live.slice(4))
  })

  it('F8: tells the end to a client that has seen more than was kept, and nothing to one that has seen all', async () => {
    const live = await (await askStream('again')).all()
    const events = `${server.url}/api/v2/turns/${JSON.parse(live[0]?.data ?? '{}').turn.id}/events`
    const [end, ...more] = await (await openStream(`${events}?after=20`)).all()
    expect(more).toEqual([])
    expect(end).toMatchObject({ id: '21', event: 'turn-end' })
    expect(JSON.parse(end?.data ?? '{}').message).toMatchObject({ text: 'Hello world', status: 'complete' })
    expect(await (await openStream(`${events}?after=${live.length}`)).all()).toEqual([])
  })

  it('shows the text so far to who opens the conversation in mid-answer', async () => {
    stub.play([{ type: 'text', text: 'half' }, { type: 'gate' }, { type: 'text', text: ' done' }, { type: 'finish' }])
    const stream = await askStream('slowly')
    await stream.until('text-delta')
    expect((await messages()).at(-1)).toMatchObject({ status: 'streaming', text: 'half' })
    const listed = await server.call('GET', `/api/v2/conversations/${conversationId}`)
    expect(listed.body.runningTurnId).toBe(stream.headers.get('hearth-turn-id'))
    await stub.next()
    await stream.all()
    expect((await messages()).at(-1)).toMatchObject({ status: 'complete', text: 'half done' })
  })

  it("closes the provider's socket within 250 ms of a stop, and keeps the text", async () => {
    stub.play([{ type: 'text', text: 'going on' }, { type: 'hang' }])
    const stream = await askStream('never ends')
    await stream.until('text-delta')
    const request = lastRequest()
    const stopped = server.call('POST', `/api/v2/turns/${stream.headers.get('hearth-turn-id')}/stop`)
    expect(await Promise.race([request.closed, within250Ms()])).toBe('aborted')
    expect((await stopped).body.status).toBe('stopped')
    expect((await messages()).at(-1)).toMatchObject({ status: 'stopped', text: 'going on' })
  })

  it('answers by 202 when the client prefers not to wait', async () => {
    const { status, body, headers } = await server.call(
      'POST',
      turnsUrl(),
      { text: 'later' },
      { prefer: 'respond-async' },
    )
    expect(status).toBe(202)
    expect(headers.get('preference-applied')).toBe('respond-async')
    const frames = await (await openStream(`${server.url}/api/v2/turns/${body.turn.id}/events`)).all()
    expect(frames.at(-1)?.event).toBe('turn-end')
  })

  it('has one effect for one idempotency key, however often it is sent', async () => {
    const send = (text: string) => server.call('POST', turnsUrl(), { text }, { 'idempotency-key': conversationId })
    const replies = await Promise.all([send('once'), send('once'), send('once')])
    expect(new Set(replies.map(({ body }) => body.turn.id)).size).toBe(1)
    expect(await messages()).toHaveLength(2)
    expect((await send('other')).body.code).toBe('idempotency-mismatch')
  })

  it('lets whoever repeats an idempotency key in the same instant wait for the answer too', async () => {
    for (let round = 0; round < 12; round += 1) {
      stub.play(answer('Hello'))
      const { id } = (await server.call('POST', '/api/v2/conversations', {})).body
      const send = () =>
        server.call('POST', `/api/v2/conversations/${id}/turns`, { text: 'once' }, { 'idempotency-key': id })
      const replies = await Promise.all([send(), send(), send(), send()])
      const told = replies.map(({ status, body }) =>
        body.turn === undefined ? JSON.stringify([status, body]) : `${body.turn.status}: ${body.message.text}`,
      )
      expect(new Set(told)).toEqual(new Set(['complete: Hello']))
    }
  })

  it('regenerates once for one idempotency key, and as the question was first asked', async () => {
    const first = (await ask('tell me', { systemPrompt: 'Be a pirate.', temperature: 0.3 })).body.message
    const repeat = () =>
      server.call('POST', `/api/v2/messages/${first.id}/regenerate`, {}, { 'idempotency-key': `again-${first.id}` })
    const replies = await Promise.all([repeat(), repeat()])
    expect(new Set(replies.map(({ body }) => body.turn.id)).size).toBe(1)
    expect(lastRequest().body).toMatchObject({ options: { temperature: 0.3 } })
    expect(JSON.stringify(lastRequest().body)).toContain('Be a pirate.')
  })

  it('refuses a second question while an answer is being written', async () => {
    stub.play([{ type: 'text', text: 'busy' }, { type: 'gate' }, { type: 'finish' }])
    const stream = await askStream('first')
    await stream.until('text-delta')
    expect((await ask('second')).body).toMatchObject({ code: 'turn-running', retryable: true })
    await stub.next()
    await stream.all()
  })

  it('regenerates beside the old answer, and either can be shown', async () => {
    const first = (await ask('tell me')).body.message
    stub.play(answer('Another', ' one'))
    const { body } = await server.call('POST', `/api/v2/messages/${first.id}/regenerate`, {})
    expect(body.message).toMatchObject({ text: 'Another one', parentMessageId: first.parentMessageId })
    expect((await messages()).at(-1).siblings).toEqual([first.id, body.message.id])
    await server.call('PATCH', `/api/v2/conversations/${conversationId}`, { headMessageId: first.id })
    expect((await messages()).map(({ text }: { text: string }) => text)).toEqual(['tell me', 'Hello world'])
  })

  it('edits and resends as a branch; the old one stays reachable', async () => {
    await ask('one')
    const second = (await ask('two')).body.userMessage
    const frames = await (await askStream('two, edited', { parentMessageId: second.parentMessageId })).all()
    const shown = await messages()
    expect(shown.map(({ text }: { text: string }) => text)).toEqual([
      'one',
      'Hello world',
      'two, edited',
      'Hello world',
    ])
    expect(shown[2].siblings).toContain(second.id)
    expect(JSON.parse(frames[0]?.data ?? '{}').userMessage.siblings).toEqual([second.id, shown[2].id])
    await server.call('PATCH', `/api/v2/conversations/${conversationId}`, { headMessageId: second.id })
    expect((await messages())[2].text).toBe('two')
  })

  it('continues an answer that was stopped, in its place', async () => {
    stub.play([{ type: 'text', text: 'The first half' }, { type: 'hang' }])
    const stream = await askStream('go')
    await stream.until('text-delta')
    await server.call('POST', `/api/v2/turns/${stream.headers.get('hearth-turn-id')}/stop`)
    stub.play(answer(' and the second.'))
    const stopped = (await messages()).at(-1)
    const { body } = await server.call('POST', `/api/v2/messages/${stopped.id}/continue`, {})
    expect(body.message).toMatchObject({ id: stopped.id, text: 'The first half and the second.', status: 'complete' })
    const sent = lastRequest().body as { messages: { role: string; content: string }[] }
    expect(sent.messages.slice(-3)).toMatchObject([
      { role: 'user', content: 'go' },
      { role: 'assistant', content: 'The first half' },
      { role: 'user' },
    ])
    expect((await server.call('POST', `/api/v2/messages/${stopped.id}/continue`, {})).body.code).toBe('conflict')
  })

  it('LUMIA-2, ASTRA-13: says what was left out of the context, and keeps the record', async () => {
    const { body } = await ask('short')
    const record = await server.call('GET', `/api/v2/messages/${body.message.id}/context`)
    expect(record.body).toMatchObject({
      context: { model: 'ollama/llama3.2:latest', omitted: [] },
      messages: [{ role: 'user', text: 'short' }],
      requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('LUMIA-2: accounts for every message of the branch, failed answers among them', async () => {
    await ask('one')
    stub.play([{ type: 'reply', status: 500, body: 'oops' }])
    await ask('two')
    stub.play(answer('Hello'))
    const { message } = (await ask('three')).body
    const { context } = (await server.call('GET', `/api/v2/messages/${message.id}/context`)).body
    const omitted = context.omitted.reduce((sum: number, { count }: { count: number }) => sum + count, 0)
    const sent = context.parts.filter(({ messageId }: { messageId?: string }) => messageId !== undefined)
    expect(omitted + sent.length).toBe(5)
  })

  it('ASTRA-19, LUMIA-27: sends the prompt of the conversation, or of the one message', async () => {
    await server.call('PATCH', `/api/v2/conversations/${conversationId}`, { systemPrompt: 'Be brief.' })
    await ask('a')
    expect(lastRequest().body).toMatchObject({ messages: [{ role: 'system', content: 'Be brief.' }, {}] })
    await ask('b', { systemPrompt: 'Be long.' })
    expect(JSON.stringify(lastRequest().body)).toContain('Be long.')
  })

  it('C-18: tells a model that does not exist, and stores nothing', async () => {
    const { status, body } = await ask('hello', { model: 'ollama/none' })
    expect(status).toBe(404)
    expect(body).toMatchObject({ code: 'model-not-found', status: 404, type: '/problems/model-not-found' })
    expect(await messages()).toEqual([])
  })

  it('does not know the turns and messages of nobody', async () => {
    const nobody = '01900000-0000-7000-8000-000000000000'
    for (const path of [
      `/turns/${nobody}`,
      `/turns/${nobody}/events`,
      `/messages/${nobody}`,
      `/conversations/${nobody}`,
    ]) {
      expect((await server.call('GET', `/api/v2${path}`)).body.code).toBe('not-found')
    }
  })
})
