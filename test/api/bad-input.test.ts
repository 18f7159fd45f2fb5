import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createScripted } from '../../src/providers/index.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { databases } from '../support/database.ts'

const scripted = () => createScripted({ script: () => [{ type: 'text', text: 'ok' }], sleep: async () => undefined })

describe.each(databases)('bad input on %s', (database) => {
  let server: TestApp
  let id: string

  beforeAll(async () => {
    server = await startApp({ scripted: scripted(), database })
    id = (await server.call('POST', '/api/v2/conversations', {})).body.id
  })
  afterAll(() => server.stop())

  const post = (body: unknown, headers = {}) => server.call('POST', `/api/v2/conversations/${id}/turns`, body, headers)
  const stored = async () => (await server.call('GET', `/api/v2/conversations/${id}/messages`)).body.items

  const bad: [string, unknown, number, string, string | undefined][] = [
    ['an empty message', { text: '' }, 422, 'invalid-request', 'text'],
    ['a message of white space', { text: ' \n\t ' }, 422, 'invalid-request', 'text'],
    ['an over-long message', { text: 'a'.repeat(200_001) }, 422, 'invalid-request', 'text'],
    ['a number for a text', { text: 7 }, 422, 'invalid-request', 'text'],
    ['no text at all', {}, 422, 'invalid-request', 'text'],
    ['a lone surrogate', '{"text":"\\ud800 alone"}', 422, 'invalid-request', 'text'],
    ['a NUL character', '{"text":"a\\u0000b"}', 422, 'invalid-request', 'text'],
    ['a temperature out of range', { text: 'x', temperature: 9 }, 422, 'invalid-request', 'temperature'],
    [
      'a parent that is no id',
      { text: 'x', parentMessageId: '1; drop table' },
      422,
      'invalid-request',
      'parentMessageId',
    ],
    ['invalid JSON', '{"text": "x"', 400, 'invalid-json', undefined],
    ['an array', '[1]', 422, 'invalid-request', undefined],
    ['JSON 10,000 deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, 'body-too-deep', undefined],
  ]

  it.each(bad)('C-18, LLAMA-19: refuses %s with the field named, and stores nothing', async (...row) => {
    const [, body, status, code, field] = row
    const reply = await post(body)
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
    expect([reply.status, reply.body.code]).toEqual([status, code])
    expect(reply.body.requestId).toEqual(expect.any(String))
    if (field !== undefined) expect(reply.body.errors[0].field).toBe(field)
    expect(await stored()).toEqual([])
  })

  it('refuses bytes that are not UTF-8', async () => {
    const reply = await fetch(`${server.url}/api/v2/conversations/${id}/turns`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from([0x7b, 0x22, 0x74, 0xff, 0xfe, 0x22, 0x7d]),
    })
    expect(reply.status).toBe(400)
    expect(((await reply.json()) as { code: string }).code).toBe('invalid-encoding')
    expect(await stored()).toEqual([])
  })

  it('refuses a body over the cap', async () => {
    const reply = await post({ text: 'x', systemPrompt: 'y'.repeat(5_000_000) })
    expect([reply.status, reply.body.code]).toEqual([413, 'body-too-large'])
    expect(await stored()).toEqual([])
  })

  it('keeps text byte for byte: controls, right-to-left, emoji, markup', async () => {
    const text = 'å\u0001\u202e<script>alert(1)</script>\u2028🧑‍🚀 é "quotes" \'; drop table messages; --'
    await post({ text })
    expect((await stored())[0].text).toBe(text)
  })
})
