import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { silentLog } from '../../../core/index.ts'
import type { ModelEvent, ModelRequest } from '../../contract.ts'
import { installFakeEngine, isAlive, smallModel } from '../__fixtures__/place.ts'
import { createEngine } from './engine.ts'

let folder: string
let modelPath: string
const model = smallModel()
const opened: ReturnType<typeof createEngine>[] = []
const { signal } = new AbortController()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-engine-'))
  modelPath = join(folder, 'small.gguf')
  await installFakeEngine(join(folder, 'node_modules'))
  await writeFile(modelPath, model.bytes)
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((engine) => engine.close()))
  await rm(folder, { recursive: true, force: true })
})

function open(options: { idleUnloadMs?: number; stopGraceMs?: number; silenceMs?: number } = {}) {
  const engine = createEngine(
    { log: silentLog },
    {
      entry: model.entry,
      enginePath: folder,
      modelPath,
      threads: 1,
      contextTokens: () => 256,
      idleUnloadMs: 60_000,
      stopGraceMs: 250,
      silenceMs: 20_000,
      ...options,
    },
  )
  opened.push(engine)
  return engine
}

type Engine = ReturnType<typeof open>

const request = (text: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  model: 'small',
  messages: [{ role: 'user', text }],
  contextTokens: 256,
  ...more,
})

async function collect(events: AsyncIterable<ModelEvent>): Promise<{ text: string; rest: ModelEvent[] }> {
  let text = ''
  const rest: ModelEvent[] = []
  for await (const event of events) {
    if (event.type === 'text-delta') text += event.text
    else rest.push(event)
  }
  return { text, rest }
}

const ask = (engine: Engine, text: string, more?: Partial<ModelRequest>) =>
  collect(engine.generate(request(text, more), signal))
const pidOf = async (engine: Engine) => Number((await ask(engine, 'pid')).text)

/** Asks and returns after the first piece of the answer. */
async function begin(engine: Engine, text: string, given: AbortSignal) {
  const events = engine.generate(request(text), given)
  const first = await events.next()
  return { events, first: first.value?.type === 'text-delta' ? first.value.text : undefined }
}

describe('an answer', () => {
  test('comes in pieces, with real counts and a reason to end', async () => {
    const { text, rest } = await ask(open(), 'one two three')
    expect(text).toBe('one two three ')
    expect(rest).toEqual([
      { type: 'usage', usage: { inputTokens: 3, outputTokens: 3, estimated: false } },
      { type: 'finish', reason: 'stop' },
    ])
  })

  test('ends at the limit and says so', async () => {
    const { text, rest } = await ask(open(), 'one two three', { maxOutputTokens: 2 })
    expect(text).toBe('one two ')
    expect(rest.at(-1)).toEqual({ type: 'finish', reason: 'length' })
  })

  test('is asked for with the whole conversation and every option', async () => {
    const messages = [
      { role: 'system', text: 'Be kind.' },
      { role: 'user', text: 'Hi' },
      { role: 'assistant', text: 'Hello' },
      { role: 'user', text: 'echo' },
    ] as const
    const options = { temperature: 0.1, topP: 0.5, seed: 7, stop: ['END'], maxOutputTokens: 9 }
    const { text } = await ask(open(), '', { messages, ...options })
    const { history, options: passed } = JSON.parse(text)
    expect(history).toEqual([
      { type: 'system', text: 'Be kind.' },
      { type: 'user', text: 'Hi' },
      { type: 'model', response: ['Hello'] },
      { type: 'user', text: 'echo' },
    ])
    const expected = { temperature: 0.1, topP: 0.5, seed: 7, maxTokens: 9, customStopTriggers: ['<|user|>', 'END'] }
    expect(passed).toMatchObject(expected)
  })

  test('a prompt that does not fit is refused, never shortened', async () => {
    const engine = open()
    const long = 'word '.repeat(300)
    await expect(ask(engine, long)).rejects.toMatchObject({ code: 'context-too-long' })
    await expect(ask(engine, 'five words are too many', { contextTokens: 8 })).rejects.toMatchObject({
      code: 'context-too-long',
    })
    expect((await ask(engine, 'still here')).text).toBe('still here ')
  })

  test('a fault of the engine is a problem of that answer alone', async () => {
    const engine = open()
    await expect(ask(engine, 'fail')).rejects.toMatchObject({ code: 'provider-failed', detail: /weights are odd/ })
    expect((await ask(engine, 'fine')).text).toBe('fine ')
  })
})

describe('stopping', () => {
  test('throws the reason at once, and the same worker answers the next', async () => {
    const engine = open()
    const pid = await pidOf(engine)
    const controller = new AbortController()
    const { events } = await begin(engine, 'endless', controller.signal)
    controller.abort(new Error('stopped by its owner'))
    await expect(events.next()).rejects.toThrow('stopped by its owner')
    expect(await pidOf(engine)).toBe(pid)
  })

  test('a worker that does not obey is replaced', async () => {
    const engine = open({ stopGraceMs: 1 })
    const pid = await pidOf(engine)
    const controller = new AbortController()
    const { events } = await begin(engine, 'deaf', controller.signal)
    controller.abort(new Error('stopped'))
    await expect(events.next()).rejects.toThrow('stopped')
    expect(await pidOf(engine)).not.toBe(pid)
    expect(isAlive(pid)).toBe(false)
  })

  test('a reader that walks away ends the answer', async () => {
    const engine = open()
    const { events } = await begin(engine, 'endless', signal)
    await events.return(undefined)
    expect((await ask(engine, 'next please')).text).toBe('next please ')
  })

  test('requests wait for each other, and may give up waiting', async () => {
    const engine = open()
    const controller = new AbortController()
    const { events } = await begin(engine, 'endless', controller.signal)
    const impatient = new AbortController()
    const second = collect(engine.generate(request('second'), impatient.signal))
    const third = ask(engine, 'third')
    impatient.abort(new Error('gone'))
    await expect(second).rejects.toThrow('gone')
    controller.abort(new Error('stopped'))
    await expect(events.next()).rejects.toThrow('stopped')
    expect((await third).text).toBe('third ')
  })
})

describe('the worker process', () => {
  test('killed in mid-answer: that answer is cut, the next has a fresh worker', async () => {
    const engine = open()
    const { events, first } = await begin(engine, 'endless', signal)
    process.kill(Number(first), 'SIGKILL')
    await expect(events.next()).rejects.toMatchObject({ code: 'provider-cut' })
    expect(await pidOf(engine)).not.toBe(Number(first))
  })

  test('crashing by itself cuts the answer after what it had said', async () => {
    const engine = open()
    const events = engine.generate(request('crash'), signal)
    expect((await events.next()).value).toEqual({ type: 'text-delta', text: 'half' })
    await expect(events.next()).rejects.toMatchObject({ code: 'provider-cut' })
    expect((await ask(engine, 'again')).text).toBe('again ')
  })

  test('that says something unreadable is replaced, and the server stays', async () => {
    const engine = open()
    await expect(ask(engine, 'nonsense')).rejects.toMatchObject({ code: 'provider-cut' })
    expect((await ask(engine, 'again')).text).toBe('again ')
  })

  test('stays for the next answer, and ends when nobody asks', async () => {
    const engine = open({ idleUnloadMs: 50 })
    const pid = await pidOf(engine)
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000)
    expect(await pidOf(engine)).not.toBe(pid)
  })

  test('that is silent for too long is given up', async () => {
    const engine = open({ silenceMs: 3000 })
    const { events } = await begin(engine, 'deaf', signal)
    await expect(events.next()).rejects.toMatchObject({ code: 'provider-timeout' })
    expect((await ask(engine, 'awake')).text).toBe('awake ')
  })

  test('is ended by closing, and none is started after that', async () => {
    const engine = open()
    const pid = await pidOf(engine)
    await engine.close()
    expect(isAlive(pid)).toBe(false)
    await expect(ask(engine, 'hello')).rejects.toMatchObject({ code: 'shutting-down' })
  })

  test('C-11: does not load a file with another checksum', async () => {
    await writeFile(modelPath, 'something else')
    await expect(ask(open(), 'hello')).rejects.toMatchObject({ code: 'model-download-failed' })
  })
})
