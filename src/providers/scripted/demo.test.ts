import { describe, expect, it } from 'vitest'
import type { ModelEvent } from '../contract.ts'
import { createDemo, sleep } from './demo.ts'

async function ask(text: string, take = Number.POSITIVE_INFINITY) {
  const waits: number[] = []
  const pass = async (delayMs: number) => {
    waits.push(delayMs)
  }
  const events: ModelEvent[] = []
  let error: unknown
  try {
    const request = { model: 'demo', messages: [{ role: 'user' as const, text }], contextTokens: 8192 }
    for await (const event of createDemo({ sleep: pass }).generate(request, new AbortController().signal)) {
      events.push(event)
      if (events.length >= take) break
    }
  } catch (thrown) {
    error = thrown
  }
  const textOf = (type: string) =>
    events.flatMap((event) => (event.type === type && 'text' in event ? [event.text] : [])).join('')
  return { text: textOf('text-delta'), reasoning: textOf('reasoning-delta'), events, error, waits }
}

describe('the provider of the development server', () => {
  it('echoes what it is asked, word by word, and finishes', async () => {
    const { text, events, error } = await ask('Hur mår ön?')
    expect(text).toMatch(/^You said: \*\*Hur mår ön\?\*\*\n\n/)
    expect(events.length).toBeGreaterThan(5)
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    expect(error).toBeUndefined()
  })

  it.each([
    ['!429', 'provider-overloaded'],
    ['!500', 'provider-failed'],
    ['!cut', 'provider-cut'],
    ['!malformed', 'provider-malformed'],
    ['!endless', 'output-limit'],
  ])('fails with %s as a provider does', async (command, code) => {
    expect((await ask(`please ${command}`)).error).toMatchObject({ code })
  })

  it('thinks, writes code, goes on for long, and stops at a length when told to', async () => {
    expect((await ask('!think')).reasoning).toContain('echo')
    expect((await ask('!code')).text).toMatch(/```ts\n[\s\S]+\n```/)
    expect((await ask('!long')).text).toContain('## Section 40')
    expect((await ask('!length')).events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
    expect(Math.max(...(await ask('!slow', 3)).waits)).toBe(1_000)
  })

  it('wakes from its sleep with the reason of the abort', async () => {
    const stop = new AbortController()
    const sleeping = sleep(60_000, stop.signal)
    stop.abort(new Error('stop'))
    await expect(sleeping).rejects.toThrow('stop')
  })
})
