import { marked } from 'marked'
import { expect, it } from 'vitest'
import { markdownOptions, renderToken } from './markup.ts'

const render = (text: string) => marked.lexer(text, markdownOptions).map(renderToken).join('')
/** Tags in rendered HTML, with their attributes. */
const tagsIn = (html: string) => html.match(/<[^>]+>/g) ?? []

it('shows foreign HTML as the text it is', () => {
  for (const hostile of [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<style>body{display:none}</style>',
    '<iframe src="https://evil.example"></iframe>',
    'in a line <img src=x onerror=alert(1)> of text',
    '<b onclick=alert(1)>bold</b>',
    '<br/onload=alert(1)>',
    '<svg/onload=alert(1)',
  ]) {
    const html = render(hostile)
    expect(
      tagsIn(html).filter((tag) => !/^<\/?(p|b)>$/.test(tag)),
      hostile,
    ).toEqual([])
    expect(html).not.toMatch(/<(script|img|style|iframe|svg)/i)
  }
})

it('lets bare tags that only shape words through', () => {
  expect(render('H<sub>2</sub>O<br>and <KBD>Enter</KBD>')).toContain('H<sub>2</sub>O<br>and <kbd>Enter</kbd>')
})

it('escapes code and the name of its language', () => {
  const html = render('```js"onload="x\n<b>&amp;\n```')
  expect(html).toContain('class="language-js"')
  expect(html).toContain('&#60;b&#62;&#38;amp;')
})

it('never makes an image: its address is shown', () => {
  const html = render('![plan](https://evil.example/a.png) ![](/api/v2/account) ![x](javascript:alert(1))')
  expect(html).not.toContain('<img')
  expect(html).toContain('href="https://evil.example/a.png"')
  expect(html).toContain('plan (https://evil.example/a.png)')
  expect(html).not.toContain('href="/api')
  expect(html).not.toContain('href="javascript')
})

it('starts headings below those of the page', () => {
  expect(render('# One')).toContain('<h3>')
  expect(render('###### Six')).toContain('<h6>')
})
