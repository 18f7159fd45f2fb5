import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProblemError } from '../core/index.ts'
import type { ModelEvent, ModelRequest } from './contract.ts'
import type { Wording } from './faults.ts'
import { createOllamaParser } from './ollama/parser.ts'
import { createOpenAiParser } from './openai/parser.ts'
import type { AnswerParser } from './parser.ts'

const wording: Wording = { who: 'The provider', start: 'start it', credentials: 'check the key', secrets: [] }
const request: ModelRequest = { model: 'm', messages: [{ role: 'user', text: '8 bytes.' }], contextTokens: 2048 }
const options = { wording, maxLineBytes: 64 * 1024 }

const parsers: Record<string, () => AnswerParser> = {
  ollama: () => createOllamaParser(request, options),
  openai: () => createOpenAiParser(request, options),
}

type Heard = { text: string; reasoning: string; ending: string }

/** What each recording says: the text, the reasoning, and how it ends. */
const recordings: Record<string, Heard> = {
  'ollama/plain.ndjson': {
    text: 'Hej från Visby! 🏝️ Öarna är 島々 och "klint"\\\n\n👩‍👩‍👧‍👦',
    reasoning: '',
    ending: '26+18 stop',
  },
  'ollama/thinking.ndjson': {
    text: 'Det är **2**.',
    reasoning: 'Okay, the user’s question: 1+1.',
    ending: '12+40 stop',
  },
  'ollama/length.ndjson': { text: 'En två tre fy', reasoning: '', ending: '15+4 length' },
  'ollama/older-without-counts.ndjson': { text: 'The sky', reasoning: '', ending: '2+282 estimated stop' },
  'ollama/error.ndjson': { text: 'Ja', reasoning: '', ending: 'provider-failed' },
  'ollama/cut.ndjson': { text: 'Hej från Visby! 🏝️ Öar', reasoning: '', ending: 'provider-cut' },
  'openai/openai.sse': { text: 'Hej då! 🏝️ 島\n```ts\nconst a = "å"\n```', reasoning: '', ending: '22+9 stop' },
  'openai/llamacpp.sse': { text: 'Svaret är 42 🔥', reasoning: '', ending: '50+24 stop' },
  'openai/llamacpp-reasoning-timings.sse': { text: 'Klart', reasoning: 'Okay, äh…', ending: '50+24 length' },
  'openai/llamacpp-error.sse': { text: 'Ett', reasoning: '', ending: 'provider-failed' },
  'openai/llamacpp-older-error-field.sse': { text: 'Ett', reasoning: '', ending: 'provider-overloaded' },
  'openai/vllm.sse': { text: '你好，世界', reasoning: 'Låt mig tänka 🤔', ending: '14+17 stop' },
  'openai/lmstudio-without-usage.sse': { text: 'Ja, visst ✨', reasoning: '', ending: '2+4 estimated stop' },
  'openai/ollama-v1.sse': { text: '在Linux', reasoning: 'Hm', ending: '18+250 stop' },
  'openai/gateway-crlf-without-done.sse': { text: 'Smörgåsbord 🍽️', reasoning: 'tänker', ending: '8+5 stop' },
  'openai/cut.sse': { text: 'Hej då! 🏝️', reasoning: '', ending: 'provider-cut' },
  'openai/done-without-finish.sse': { text: 'Ja', reasoning: '', ending: 'provider-cut' },
}

const load = (name: string): Uint8Array => {
  const [folder, file] = name.split('/')
  return readFileSync(new URL(`./${folder}/__fixtures__/${file}`, import.meta.url))
}

/** Every event of these chunks, and the code of the failure when there is one. */
function replay(name: string, chunks: readonly Uint8Array[]): { events: ModelEvent[]; failure: string | undefined } {
  const parser = parsers[name.split('/')[0] ?? '']?.()
  if (!parser) throw new Error(`no parser for ${name}`)
  const events: ModelEvent[] = []
  try {
    for (const chunk of chunks) for (const event of parser.push(chunk)) events.push(event)
    for (const event of parser.end()) events.push(event)
    return { events, failure: undefined }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { events, failure: error.code }
  }
}

function hear(name: string): Heard {
  const { events, failure } = replay(name, [load(name)])
  const heard = { text: '', reasoning: '', ending: failure ?? '' }
  for (const event of events) {
    if (event.type === 'text-delta') heard.text += event.text
    else if (event.type === 'reasoning-delta') heard.reasoning += event.text
    else if (event.type === 'finish') heard.ending += event.reason
    else {
      const { inputTokens, outputTokens, estimated } = event.usage
      heard.ending += `${inputTokens}+${outputTokens} ${estimated ? 'estimated ' : ''}`
    }
  }
  return heard
}

describe.each(Object.entries(recordings))('the recording %s', (name, expected) => {
  const bytes = load(name)
  const whole = replay(name, [bytes])

  it('says what was said', () => {
    expect(hear(name)).toEqual(expected)
  })

  it('F5: says the same split at every byte offset', () => {
    for (let at = 1; at < bytes.length; at += 1) {
      expect(replay(name, [bytes.subarray(0, at), bytes.subarray(at)]), `split at ${at}`).toEqual(whole)
    }
  })

  it('F5: says the same byte by byte', () => {
    expect(
      replay(
        name,
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(whole)
  })

  it('F5: says the same in chunks of any size', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 40 })
    fc.assert(
      fc.property(cuts, (offsets) => {
        const at = [0, ...offsets.toSorted((a, b) => a - b), bytes.length]
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end))
        expect(replay(name, chunks)).toEqual(whole)
      }),
    )
  })
})

it('reads every recording there is', () => {
  const files = ['ollama', 'openai'].flatMap((folder) =>
    readdirSync(new URL(`./${folder}/__fixtures__`, import.meta.url)).map((file) => `${folder}/${file}`),
  )
  expect(files.toSorted()).toEqual(Object.keys(recordings).toSorted())
})
