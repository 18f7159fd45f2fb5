import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProblemError, silentLog } from '../../src/core/index.ts'
import { createProviders, type Providers } from '../../src/providers/index.ts'
import { type StubProvider, startStubProvider } from '../support/stub-provider/index.ts'
import { readAll, textOf } from './provider-suite.ts'

/** Bodies that no provider should send, each with status 200. `said` opens with one good piece of text. */
const bodies: Record<string, string | Uint8Array> = {
  'an HTML page': '<!DOCTYPE html>\n<html><body>Sign in to the hotel network</body></html>\n',
  'an HTML page in one line': '<html><head><title>502</title></head><body>Bad gateway</body></html>',
  'an XML document': '<?xml version="1.0"?>\n<error>no</error>\n',
  'plain text': 'Internal Server Error\n',
  'plain text without a line break': 'upstream connect error or disconnect/reset before headers',
  'a single brace': '{\n',
  'a closing brace': '}\n',
  'an empty object': '{}\n',
  'an empty list': '[]\n',
  'a list of objects': '[{"done":true}]\n',
  null: 'null\n',
  'a number': '42\n',
  'a string': '"hello"\n',
  true: 'true\n',
  'two objects in one line': '{"done":false}{"done":false}\n',
  'single quotes': "{'done': true}\n",
  'a trailing comma': '{"done":true,}\n',
  'NaN for a count': '{"done":true,"eval_count":NaN}\n',
  'a comment in JSON': '{"done":true /* yes */}\n',
  'control characters': '\u0000\u0001\u0002\n',
  'an escape sequence': '\u001b[31mERROR\u001b[0m\n',
  'invalid UTF-8 at the start': Uint8Array.of(0xff, 0xfe, 0x0a),
  'an overlong encoding': Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a, 0xc0, 0xaf, 0x0a, 0x0a),
  'a lone continuation byte': Uint8Array.of(0x80, 0x0a),
  'an encoded surrogate': Uint8Array.of(0xed, 0xa0, 0x80, 0x0a),
  'compressed bytes': Uint8Array.of(0x1f, 0x8b, 0x08, 0x00, 0x00, 0x0a, 0xed, 0x00, 0x0a),
  'another protocol': 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  'a line past the cap': `${'x'.repeat(1024 * 1024 + 1)}\n`,
  'a JSON line past the cap': `{"message":{"content":"${'x'.repeat(1024 * 1024)}"},"done":false}\n`,
  'brackets without end': `${'['.repeat(10_000)}\n`,
  'a whole answer that does not stream':
    '{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}\n',
  'data that is no JSON': 'data: hello\n\n',
  'data that is an empty object': 'data: {}\n\n',
  'data that is a list': 'data: []\n\n',
  'data that is null': 'data: null\n\n',
  'data that is a number': 'data: 7\n\n',
  'data cut in the middle': 'data: {"choices":[{"delta":{"content":"Hi\n\n',
  'choices that are no list': 'data: {"choices":{"delta":{"content":"Hi"}}}\n\n',
  'a choice that is a string': 'data: {"choices":["Hi"]}\n\n',
  'a delta that is a string': 'data: {"choices":[{"delta":"Hi"}]}\n\n',
  'content that is a number': 'data: {"choices":[{"delta":{"content":5}}]}\n\n',
  'content that is a list': 'data: {"choices":[{"delta":{"content":[{"type":"text","text":"Hi"}]}}]}\n\n',
  'a message in place of a delta': 'data: {"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}\n\n',
  'a finish that is a number': 'data: {"choices":[{"delta":{},"finish_reason":1}]}\n\n',
  'usage that is a string': 'data: {"choices":[],"usage":"many"}\n\n',
  'negative usage': 'data: {"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":2}}\n\n',
  'usage in fractions': 'data: {"choices":[],"usage":{"prompt_tokens":1.5,"completion_tokens":2}}\n\n',
  'an unknown field': 'stream: {"choices":[]}\n\n',
  'a message that is a string': '{"message":"Hi","done":false}\n',
  'message content that is a number': '{"message":{"role":"assistant","content":7},"done":false}\n',
  'done that is a string': '{"message":{"role":"assistant","content":"Hi"},"done":"no"}\n',
  'no message before the end': '{"model":"m","done":false}\n',
  'no done at all': '{"message":{"role":"assistant","content":"Hi"}}\n',
  'negative counts': '{"done":true,"eval_count":-3}\n',
  'thinking that is an object': '{"message":{"content":"","thinking":{"text":"Hm"}},"done":false}\n',
}

const opening = {
  ollama: '{"model":"m","message":{"role":"assistant","content":"said"},"done":false}\n',
  openai: 'data: {"choices":[{"index":0,"delta":{"content":"said"},"finish_reason":null}]}\n\n',
}

describe.each(['ollama', 'openai'] as const)('F4: what %s must never say', (name) => {
  let stub: StubProvider
  let providers: Providers
  beforeAll(async () => {
    stub = await startStubProvider()
    const place =
      name === 'ollama'
        ? { ollama: { baseUrl: stub.url, configured: true } }
        : { openai: { baseUrl: `${stub.url}/v1` } }
    providers = createProviders(
      { log: silentLog },
      {
        ...place,
        connectTimeoutMs: 2_000,
        discoveryTimeoutMs: 5_000,
        firstTokenTimeoutMs: 10_000,
        idleTimeoutMs: 10_000,
        totalTimeoutMs: 20_000,
        maxOutputCharacters: 10_000,
      },
    )
    await providers.refresh()
  })
  afterAll(async () => {
    await providers.stop()
    await stub.close()
  })

  const ask = async (...bytes: (string | Uint8Array)[]) => {
    stub.play(bytes.map((part) => ({ type: 'raw', bytes: part })))
    const resolved = providers.resolve()
    if (!resolved) throw new Error('no model')
    const request = {
      model: resolved.model.name,
      messages: [{ role: 'user' as const, text: 'hi' }],
      contextTokens: 2048,
    }
    return readAll(resolved.provider.generate(request, new AbortController().signal))
  }

  it('has at least 50 bodies to try', () => {
    expect(Object.keys(bodies).length).toBeGreaterThanOrEqual(50)
  })

  it.each(Object.entries(bodies))('%s', async (_title, body) => {
    const { events, error } = await ask(body)
    expect(error).toBeInstanceOf(ProblemError)
    expect(error).toMatchObject({ code: expect.stringMatching(/^provider-(malformed|cut|failed)$/) })
    expect(textOf(events)).toBe('')
  })

  it.each(Object.entries(bodies))('keeps what came before %s, and nothing else', async (_title, body) => {
    const { events, error } = await ask(opening[name], body)
    expect(error).toMatchObject({ code: expect.stringMatching(/^provider-(malformed|cut|failed)$/) })
    expect(events).toEqual([{ type: 'text-delta', text: 'said' }])
  })

  it('takes the good opening by itself for a cut answer: the positive control', async () => {
    const { events, error } = await ask(opening[name])
    expect(error).toMatchObject({ code: 'provider-cut' })
    expect(textOf(events)).toBe('said')
  })
})
