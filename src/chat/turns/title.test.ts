import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { titleOf } from './start-turn.ts'

describe('the title a first message gives', () => {
  it.each([
    ['Hello', 'Hello'],
    ['  two   words \n and more', 'two words'],
    [`${'word '.repeat(20)}`, `${'word '.repeat(12).trim()}…`],
    ['x'.repeat(100), `${'x'.repeat(60)}…`],
  ])('of %j is %j', (text, title) => {
    expect(titleOf(text)).toBe(title)
  })

  it('is one line, short and well formed, whatever the message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const title = titleOf(text)
        expect(title.length).toBeLessThanOrEqual(61)
        expect(title.isWellFormed()).toBe(true)
        expect(title).not.toContain('\n')
      }),
    )
  })
})
