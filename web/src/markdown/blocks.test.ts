import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createBlocks } from './blocks.ts'
import { markdownOptions, renderToken } from './markup.ts'

const create = (render = renderToken) => createBlocks({ options: markdownOptions, render })
const html = (blocks: readonly { html: string }[]) => blocks.map((block) => block.html).join('')
const whole = (text: string) => html(create()(text, true))

const pieces = [
  'A paragraph of words',
  'two\nlines',
  '# Heading',
  'Under\n===',
  '- one\n- two',
  '- loose\n\n- list\n\n  with more',
  '1. first\n2. second',
  '2. not the first',
  '> quoted\nlazily\n\n> again',
  '```js\nlet a = 1\n\nlet b\n```',
  '~~~\nnever closed',
  '| a | b |\n|---|--:|\n| 1 | 2 |',
  '    indented code',
  '***',
  '<b>bare</b> and <i onclick="x">not</i>',
  '<div>\nblock\n</div>',
  '- [x] done\n- [ ] not done',
  'a **bold** `code` ~~gone~~ [link](https://example.org)',
]
const markdown = fc
  .array(fc.tuple(fc.constantFrom(...pieces), fc.constantFrom('\n\n', '\n', '\n\n\n')), { minLength: 1, maxLength: 7 })
  .map((parts) => parts.flat().join(''))

it('shows in the end what rendering the whole text shows, however it grew', () => {
  fc.assert(
    fc.property(markdown, fc.integer({ min: 1, max: 9 }), (text, step) => {
      const show = create()
      for (let length = 0; length < text.length; length += step) show(text.slice(0, length), false)
      expect(html(show(text, true))).toBe(whole(text))
    }),
  )
})

it('shows at every moment what rendering the text so far shows, so that nothing jumps', () => {
  fc.assert(
    fc.property(markdown, (text) => {
      const show = create()
      for (let length = 0; length <= text.length; length += 1) {
        const part = text.slice(0, length)
        expect(html(show(part, false)), JSON.stringify(part)).toBe(whole(part))
      }
    }),
    { numRuns: 60, examples: [['A paragraph of words\n2. not the first\n- one\n- two\n\n']] },
  )
})

it('renders a finished block once and never touches it again', () => {
  const rendered: string[] = []
  const show = create((token) => {
    rendered.push(token.raw)
    return renderToken(token)
  })
  const text = `${'A paragraph that is finished.\n\n'.repeat(40)}and the last one grows`
  for (let length = 0; length <= text.length; length += 5) show(text.slice(0, length), false)
  const updates = text.length / 5
  expect(rendered.length).toBeLessThan(updates * 3)
  const before = show(text, false)
  const after = show(`${text} and grows`, false)
  expect(after.slice(0, -1).every((block, index) => block === before[index])).toBe(true)
})

it('resolves a link that is defined after its use, once the text is whole', () => {
  const show = create()
  const text = 'See [there].\n\nMore.\n\n[there]: https://example.org\n'
  show(text, false)
  expect(html(show(text, true))).toContain('href="https://example.org"')
})

it('starts over when the text is another one', () => {
  const show = create()
  show('One.\n\nTwo.\n\nThree.', false)
  expect(html(show('Other.\n\nText.', false))).toBe(whole('Other.\n\nText.'))
})
