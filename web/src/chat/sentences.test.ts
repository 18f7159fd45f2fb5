import { expect, it } from 'vitest'
import { takeSentences } from './sentences.ts'

const english = { language: 'en', final: false }

it('tells finished sentences and keeps the one that still grows', () => {
  const first = takeSentences('It rains. The roof is', 0, english)
  expect(first.said).toBe('It rains.')
  const second = takeSentences('It rains. The roof is tight. Good', first.next, english)
  expect(second.said).toBe('The roof is tight.')
  expect(takeSentences('It rains. The roof is tight. Good', second.next, { ...english, final: true }).said).toBe('Good')
})

it('tells each word once, however the text comes', () => {
  const text = 'Det regnar. Taket håller! Gör det? Ja. Slut'
  let next = 0
  let said = ''
  for (let length = 0; length <= text.length; length += 1) {
    const taken = takeSentences(text.slice(0, length), next, { language: 'sv', final: length === text.length })
    next = taken.next
    said += taken.said === '' ? '' : `${taken.said} `
  }
  expect(said.trim()).toBe(text)
})

it('leaves out the marks of markdown', () => {
  const text = '## Title\n\nUse **`rsync`** and [read](https://example.org).'
  expect(takeSentences(text, 0, { ...english, final: true }).said).toBe('Title Use rsync and read.')
})
