import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentTerms, queryTerms, termOf } from './terms.ts'

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
/** Characters around every border that the encoding has. */
const edges = fc
  .array(fc.constantFrom(...'az09/:@[`{\u007F\u0080\uDFFF\uE000\uE07F\uE080\uE0FD\uE0FE\uE0FF\uE100\uFFFF A.-_😀'))
  .map((parts) => parts.join(''))
  .filter((joined) => joined !== '')

describe('terms of the full-text index', () => {
  it('keeps letters and digits as they are, whatever their script', () => {
    for (const stem of ['hearth', 'åäö', '日本語', 'x86', '😀']) expect(termOf(stem)).toBe(stem)
  })

  it('promise 13: holds nothing that a query language or a tokenizer reads', () => {
    fc.assert(
      fc.property(fc.oneof(text, edges), (stem) => {
        expect(termOf(stem)).toMatch(/^[a-z0-9\u0080-\u{10FFFF}]+$/u)
        expect(termOf(stem).isWellFormed()).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps different stems apart, and equal ones together', () => {
    const same = (a: string, b: string) =>
      a.toWellFormed().replaceAll('\0', '\uFFFD') === b.toWellFormed().replaceAll('\0', '\uFFFD')
    fc.assert(
      fc.property(fc.oneof(text, edges), fc.oneof(text, edges), (a, b) => {
        expect(termOf(a) === termOf(b)).toBe(same(a, b))
      }),
      { numRuns: 2000 },
    )
    expect(termOf('a.b')).not.toBe(termOf('a\uE02Eb'))
  })

  it('shortens what is too long for a lexeme, and still keeps it apart', () => {
    const long = 'x'.repeat(5000)
    expect(Buffer.byteLength(termOf(long))).toBeLessThan(100)
    expect(termOf(long)).not.toBe(termOf(`${long}y`))
    expect(termOf(long)).toBe(termOf(long))
  })

  it('keeps the order and the number of a document’s stems, and asks for each once', () => {
    expect(documentTerms(['b', 'a', '', 'b'])).toEqual(['b', 'a', 'b'])
    expect(queryTerms(['b', 'a', '', 'b'])).toEqual(['b', 'a'])
  })
})
