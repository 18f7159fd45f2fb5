import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { streamAnswer } from './answer.ts'
import type { ModelRequest } from './contract.ts'
import { createOpenAiParser } from './openai/parser.ts'
import { systemTimers } from './timers.ts'

const wording = { who: 'The provider', start: 'start it', credentials: 'check the key', secrets: [] }
const request: ModelRequest = { model: 'm', messages: [{ role: 'user', text: 'hi' }], contextTokens: 2048 }
const limits = {
  firstTokenTimeoutMs: 1_000,
  idleTimeoutMs: 1_000,
  totalTimeoutMs: 10_000,
  maxOutputCharacters: 1_000,
  maxLineBytes: 1_000,
}

const piece = (choice: object) => Buffer.from(`data: ${JSON.stringify({ choices: [choice] })}\n\n`)
const whole = [
  piece({ delta: { content: 'a' } }),
  piece({ delta: { content: 'b' }, finish_reason: 'stop' }),
  Buffer.from('data: [DONE]\n\n'),
]

/** Streams an answer made of these chunks, on one signal that outlives it. */
function answerOf(chunks: readonly Uint8Array[], signal: AbortSignal) {
  const body = {
    async *[Symbol.asyncIterator]() {
      yield* chunks
    },
    discard: () => undefined,
  }
  const parser = createOpenAiParser(request, { wording, maxLineBytes: limits.maxLineBytes })
  const open = async () => ({ status: 200, headers: {}, body })
  return streamAnswer({ open, parser, wording }, signal, { timers: systemTimers, limits })
}

describe('an answer that has ended', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('leaves no listener on the signal of its caller and no timer, however it ended', async () => {
    vi.useFakeTimers()
    const { signal } = new AbortController()
    const texts: string[] = []
    for await (const event of answerOf(whole, signal)) if ('text' in event) texts.push(event.text)
    for await (const _event of answerOf(whole, signal)) break
    const cut = async () => {
      for await (const _event of answerOf(whole.slice(0, 1), signal));
    }
    await expect(cut()).rejects.toMatchObject({ code: 'provider-cut' })
    expect(texts).toEqual(['a', 'b'])
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
