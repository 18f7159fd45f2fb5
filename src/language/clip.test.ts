import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip } from './index.ts'

describe('clipping', () => {
  it('cuts at white space, where some is near', () => {
    expect(clip('one two three', 13)).toBe('one two three')
    const long = 'word '.repeat(100)
    expect(clip(long, 203)).toBe('word '.repeat(40).trimEnd())
    expect(clip('x'.repeat(300), 200)).toBe('x'.repeat(200))
  })

  it('gives a beginning of the text, no longer than wanted, that breaks no character', () => {
    const text = fc
      .array(fc.constantFrom('a', 'å', '𝒳', ' ', '\n', '🎉'), { maxLength: 300 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(text, fc.integer({ min: 64, max: 300 }), (whole, maxLength) => {
        const part = clip(whole, maxLength)
        expect(part.length).toBeLessThanOrEqual(maxLength)
        expect(part.length).toBeGreaterThanOrEqual(Math.min(whole.length, maxLength - 65))
        expect(whole.startsWith(part)).toBe(true)
        expect(part.isWellFormed()).toBe(true)
      }),
    )
  })
})
