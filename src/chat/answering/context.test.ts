import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, compose } from './context.ts'
import { estimateTokens } from './tokens.ts'

/** A branch as the store gives it: newest first, each with the sums of what stands above it. */
function branch(texts: readonly string[], createdAt: (index: number) => number = () => 0): Candidate[] {
  let tokensAbove = 0
  return texts
    .map((text, index) => {
      const tokens = estimateTokens(text)
      const candidate: Candidate = {
        messageId: `m${index}`,
        role: index % 2 === 0 ? 'user' : 'assistant',
        text,
        tokens,
        createdAt: createdAt(index),
        countAbove: index,
        tokensAbove,
        aboveId: index === 0 ? null : `m${index - 1}`,
      }
      tokensAbove += tokens
      return candidate
    })
    .reverse()
}

const all = { maxMessages: 1_000, sinceMs: undefined }
const ask = (candidates: readonly Candidate[], more: Partial<Parameters<typeof compose>[0]> = {}) =>
  compose({
    model: 'm',
    contextTokens: 8192,
    reservedTokens: 1024,
    system: '',
    candidates,
    fixedCount: 1,
    limits: all,
    ...more,
  })

describe('the composed context', () => {
  it('LUMIA-27: puts the system prompt first, then the history, oldest first, then the question', () => {
    const { messages, context } = ask(branch(['one', 'two', 'three']), { system: 'Be kind.' })
    expect(messages).toEqual([
      { role: 'system', text: 'Be kind.' },
      { role: 'user', text: 'one' },
      { role: 'assistant', text: 'two' },
      { role: 'user', text: 'three' },
    ])
    expect(context.parts.map(({ kind }) => kind)).toEqual(['system', 'history', 'history', 'message', 'reserve'])
    expect(context.omitted).toEqual([])
  })

  it('LUMIA-2: sends no more than the most messages allowed, and counts the rest', () => {
    const texts = Array.from({ length: 80 }, (_, index) => `message ${index}`)
    const { messages, context } = ask(branch(texts), { limits: { maxMessages: 50, sinceMs: undefined } })
    expect(messages).toHaveLength(50)
    expect(messages[0]?.text).toBe('message 30')
    expect(context.omitted).toMatchObject([{ reason: 'message-limit', count: 30, newestMessageId: 'm29' }])
  })

  it('ASTRA-13: leaves out what is older than the window', () => {
    const minute = 60_000
    const candidates = branch(['old', 'older answer', 'recent', 'recent answer', 'now'], (index) => index * 5 * minute)
    const { messages, context } = ask(candidates, { limits: { maxMessages: 50, sinceMs: 20 * minute - 15 * minute } })
    expect(messages.map(({ text }) => text)).toEqual(['older answer', 'recent', 'recent answer', 'now'])
    expect(context.omitted).toMatchObject([{ reason: 'time-window', count: 1, newestMessageId: 'm0' }])
  })

  it('complaint 22: leaves out whole messages from the oldest on when the window is full, and says how many tokens', () => {
    const long = 'word '.repeat(500)
    const candidates = branch([long, long, long, long, 'and now?'])
    const { messages, context } = ask(candidates, { contextTokens: 2560, reservedTokens: 512 })
    expect(messages.map(({ text }) => text)).toEqual([long, long, 'and now?'])
    expect(context.omitted).toEqual([
      { reason: 'token-budget', count: 2, tokens: 2 * estimateTokens(long), newestMessageId: 'm1' },
    ])
  })

  it('passes over answers without text, and says so', () => {
    const { messages, context } = ask(branch(['question', '', 'again']))
    expect(messages.map(({ text }) => text)).toEqual(['question', 'again'])
    expect(context.omitted).toMatchObject([{ reason: 'no-text', count: 1 }])
  })

  it('LUMIA-2: says what stands above the part of the branch that was read', () => {
    const read = branch(['one', 'two', 'three', '', 'five']).slice(0, 3)
    const { messages, context } = ask(read, { limits: { maxMessages: 3, sinceMs: undefined } })
    expect(messages.map(({ text }) => text)).toEqual(['three', 'five'])
    expect(context.omitted).toMatchObject([
      { reason: 'message-limit', count: 2, newestMessageId: 'm1' },
      { reason: 'no-text', count: 1 },
    ])
  })

  it('always sends the fixed messages, whatever the limits, and refuses when they do not fit', () => {
    const candidates = branch(['question', 'half an answer', 'go on'], () => 0)
    const limits = { maxMessages: 1, sinceMs: 1 }
    const { messages, fits } = ask(candidates, { fixedCount: 3, limits })
    expect(messages.map(({ text }) => text)).toEqual(['question', 'half an answer', 'go on'])
    expect(fits).toBe(true)
    expect(ask(candidates, { fixedCount: 3, limits, contextTokens: 36, reservedTokens: 16 }).fits).toBe(false)
  })

  it('says when not even the question fits', () => {
    expect(ask(branch(['word '.repeat(10_000)])).fits).toBe(false)
    expect(ask(branch(['short'])).fits).toBe(true)
  })

  it('holds its budget and accounts for every message, whatever the history', () => {
    const texts = fc.array(fc.string({ maxLength: 400 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(texts, fc.integer({ min: 64, max: 4096 }), fc.integer({ min: 1, max: 40 }), (said, window, most) => {
        const limits = { maxMessages: most, sinceMs: undefined }
        const result = ask(branch(said), { contextTokens: window, reservedTokens: window >> 2, limits })
        const omitted = result.context.omitted.reduce((sum, { count }) => sum + count, 0)
        expect(result.messages.length + omitted).toBeGreaterThanOrEqual(said.length)
        expect(result.messages.length).toBeLessThanOrEqual(Math.max(1, most))
        if (result.fits) expect(result.context.inputTokens + (window >> 2)).toBeLessThanOrEqual(window)
        expect(result.messages.at(-1)?.text).toBe(said.at(-1))
      }),
    )
  })
})

describe('estimated tokens', () => {
  it('never are fewer than one for three and a half Latin characters, or for one of another script', () => {
    expect(estimateTokens('')).toBe(4)
    expect(estimateTokens('a'.repeat(350))).toBe(104)
    expect(estimateTokens('漢'.repeat(100))).toBe(104)
  })
})
