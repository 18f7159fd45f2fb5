import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryTerms } from '../language/index.ts'
import { want } from './rank.ts'
import { type SnippetPart, snippetOf } from './snippet.ts'

const snippet = (text: string, query: string) => {
  const wanted = want(queryTerms(query))
  return snippetOf(
    text,
    wanted,
    wanted.words.map(() => 1),
  )
}
const shown = (parts: readonly SnippetPart[]) => parts.map(({ text, match }) => (match ? `[${text}]` : text)).join('')
const plain = (parts: readonly SnippetPart[]) => parts.map(({ text }) => text).join('')

describe('a snippet', () => {
  it('is the whole of a short text, with every match marked', () => {
    expect(shown(snippet('Vi såg hundarna. En hund skällde!', 'hund'))).toBe('Vi såg [hundarna]. En [hund] skällde!')
  })

  it('marks an identifier as one', () => {
    expect(shown(snippet('Order AB-1234/x is late', 'AB-1234/x'))).toBe('Order [AB-1234/x] is late')
  })

  it('is cut at words around the best passage of a long text, with an ellipsis', () => {
    const filler = 'lorem ipsum dolor sit amet '.repeat(40)
    const parts = snippet(`a dog ${filler}the dog bit the postman ${filler}`, 'dog postman')
    expect(shown(parts)).toContain('[dog] bit the [postman]')
    expect(plain(parts).length).toBeLessThanOrEqual(204)
    expect(plain(parts)).toMatch(/^…\w+ .* \w+…$/)
    const words = new Set(`${filler}a the dog bit postman`.split(' '))
    expect(
      plain(parts)
        .replaceAll('…', '')
        .trim()
        .split(' ')
        .every((word) => words.has(word)),
    ).toBe(true)
  })

  it('is the beginning where only the day or the source matched', () => {
    expect(shown(snippet('hello there', 'november'))).toBe('hello there')
  })

  it('never breaks a character of two units', () => {
    for (let lead = 0; lead < 3; lead += 1) {
      const text = `${'x'.repeat(lead)}${'𝒳'.repeat(300)} hund ${'𝒳'.repeat(300)}`
      expect(plain(snippet(text, 'hund')).isWellFormed()).toBe(true)
    }
  })

  it('is a passage of the text, of bounded length, in any text', () => {
    const words = fc.constantFrom('hund', 'hundar', 'och', '私は東京', 'x'.repeat(90), '\n', '🎉', 'AB-1/2', '…')
    fc.assert(
      fc.property(fc.array(words, { maxLength: 120 }), (list) => {
        const text = list.join(' ')
        const found = plain(snippet(text, 'hund AB-1/2'))
        expect(found.length).toBeLessThanOrEqual(204)
        expect(`…${text}…`).toContain(found.replace(/^…|…$/g, ''))
      }),
    )
  })
})
