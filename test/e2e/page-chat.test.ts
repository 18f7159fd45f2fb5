import { expect, it } from 'vitest'
import { answer } from '../support/stub-provider/index.ts'
import { answers, ask, box, describeInBrowser, halves, questions, setStage } from './page-fixture.ts'

const shown = { timeout: 10_000 }

describeInBrowser('the page', () => {
  it('ASTRA-2, ASTRA-33, LUMIA-1: shows an answer while it is being written, and names its model', async () => {
    const { stub, open } = await setStage()
    stub.play(halves('The first half', ' and the **second**.'))
    const { page, misdeeds } = await open('/')
    await ask(page, 'What is new?')
    await answers(page).getByText('The first half', { exact: true }).waitFor(shown)
    expect(await answers(page).getAttribute('aria-busy')).toBe('true')
    await stub.next()
    await answers(page).getByText('The first half and the second.').waitFor(shown)
    expect(await answers(page).locator('strong').textContent()).toBe('second')
    await answers(page).getByText('ollama/stub').waitFor(shown)
    expect(page.url()).toMatch(/\/app\/c\/[0-9a-f-]{36}$/)
    await page.getByRole('navigation').getByRole('link', { name: 'What is new?' }).waitFor(shown)
    expect(misdeeds).toEqual({ remoteRequests: [], violations: [], errors: [] })
  })

  it('stops an answer, keeps what was shown, and the model is told to stop', async () => {
    const { stub, open } = await setStage()
    stub.play(halves('Kept words', ' never said'))
    const { page } = await open()
    await ask(page, 'Go on for ever')
    await answers(page).getByText('Kept words').waitFor(shown)
    const request = await stub.request()
    await page.getByRole('button', { name: 'Stop' }).click()
    expect(await request.closed).toBe('aborted')
    await answers(page).getByText('Stopped').waitFor(shown)
    expect(await answers(page).textContent()).toContain('Kept words')
    await page.getByRole('button', { name: 'Send' }).waitFor(shown)
  })

  it('ASTRA-15: reloaded in mid-answer, shows what had come and finishes it (complaints 16 and 17)', async () => {
    const { stub, open, test } = await setStage()
    const [before, gate, after, finish] = halves('Before the reload,', ' and after it.')
    stub.play([before, gate, { type: 'text', text: ' still' }, gate, after, finish])
    const { page } = await open()
    await ask(page, 'Tell me')
    await answers(page).getByText('Before the reload,').waitFor(shown)
    await page.reload()
    await answers(page).getByText('Before the reload,').waitFor(shown)
    await stub.next()
    await page.locator('article[aria-busy="true"]').getByText('Before the reload, still').waitFor(shown)
    await stub.next()
    await page.locator('article[aria-busy="false"]').getByText('Before the reload, still and after it.').waitFor(shown)
    const conversationId = page.url().split('/c/')[1]
    const { body } = await test.call('GET', `/api/v2/conversations/${conversationId}/messages`)
    expect(body.items.map((one: { text: string }) => one.text)).toEqual([
      'Tell me',
      'Before the reload, still and after it.',
    ])
    expect(await answers(page).count()).toBe(1)
  })

  it('ASTRA-15, ASTRA-17: a second browser sees the same conversation grow', async () => {
    const { stub, open } = await setStage()
    stub.play(halves('For both', ' of you.'))
    const first = (await open()).page
    const second = (await open()).page
    await second.getByText('Connected').waitFor(shown)
    await ask(first, 'Who reads this?')
    await second.getByRole('link', { name: 'Who reads this?' }).click()
    await answers(second).getByText('For both', { exact: true }).waitFor(shown)
    await stub.next()
    await answers(second).getByText('For both of you.').waitFor(shown)
    stub.play(halves('Again', ' seen.'))
    await ask(first, 'And this?')
    await questions(second).getByText('And this?').waitFor(shown)
    await answers(second).getByText('Again', { exact: true }).waitFor(shown)
    await stub.next()
    await answers(second).getByText('Again seen.').waitFor(shown)
  })

  it('ASTRA-17: offline says so and keeps the text; back again it catches up by itself', async () => {
    const { stub, open } = await setStage()
    stub.play(halves('Begun', ' and ended.'))
    const { page } = await open()
    await ask(page, 'Will you wait?')
    await answers(page).getByText('Begun', { exact: true }).waitFor(shown)
    await page.context().setOffline(true)
    await page.getByText('Offline', { exact: true }).first().waitFor(shown)
    await box(page).fill('Written without a line')
    await stub.next()
    await page.context().setOffline(false)
    await page.getByText('Connected').waitFor(shown)
    await page.locator('article[aria-busy="false"]').getByText('Begun and ended.').waitFor(shown)
    expect(await box(page).inputValue()).toBe('Written without a line')
  })

  it('answers again and edits as branches, and every version stays reachable', async () => {
    const { stub, open } = await setStage()
    stub.play(answer('First answer'), answer('Second answer'), answer('Third answer'))
    const { page } = await open()
    await ask(page, 'Question one')
    await answers(page).getByText('First answer').waitFor(shown)
    await page.getByRole('button', { name: 'Answer again' }).click()
    await answers(page).getByText('Second answer').waitFor(shown)
    await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor(shown)
    await questions(page).hover()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Edit your message' }).fill('Question two')
    await page.getByRole('button', { name: 'Send as a new version' }).click()
    await answers(page).getByText('Third answer').waitFor(shown)
    await questions(page).getByText('Question two').waitFor(shown)
    expect(await answers(page).count()).toBe(1)
    await questions(page).getByRole('button', { name: 'Earlier version' }).click()
    await questions(page).getByText('Question one').waitFor(shown)
    await answers(page).getByText('Second answer').waitFor(shown)
    await answers(page).getByRole('button', { name: 'Earlier version' }).click()
    await answers(page).getByText('First answer').waitFor(shown)
    await page.reload()
    await answers(page).getByText('First answer').waitFor(shown)
  })

  it('a failed answer keeps the question and offers a retry (complaint 18)', async () => {
    const { stub, open } = await setStage()
    stub.play([{ type: 'reply', status: 500, body: 'broken' }], answer('Now it works'))
    const { page } = await open()
    await ask(page, 'Do you work?')
    await page.getByRole('alert').getByText('The model’s server failed.').waitFor(shown)
    await questions(page).getByText('Do you work?').waitFor(shown)
    await page.getByRole('alert').getByRole('button', { name: 'Retry' }).click()
    await answers(page).getByText('Now it works').waitFor(shown)
  })

  it('a message that the server refuses stays on the screen and can be taken back', async () => {
    const { open } = await setStage()
    const { page } = await open()
    await ask(page, 'First')
    await answers(page).getByText('Hello there').waitFor(shown)
    await page.route('**/turns', (route) => route.abort())
    await ask(page, 'Precious words')
    await page.getByText('Not sent.').waitFor(shown)
    await page.getByRole('button', { name: 'Put back into the box' }).click()
    expect(await box(page).inputValue()).toBe('Precious words')
  })

  it('an answer that the server broke off is marked, and goes on when asked to', async () => {
    const { stub, open, restart } = await setStage()
    stub.play(halves('The first words', ' are never followed'), answer(' and the last.'))
    const { page } = await open()
    await ask(page, 'Count on')
    await answers(page).getByText('The first words').waitFor(shown)
    const { pathname } = new URL(page.url())
    await restart()
    const again = (await open(pathname)).page
    await answers(again).getByText('Interrupted: the server stopped in mid-answer.').waitFor(shown)
    await answers(again).getByRole('button', { name: 'Continue' }).click()
    await answers(again).getByText('The first words and the last.').waitFor(shown)
    expect(await answers(again).count()).toBe(1)
  })

  it('reads older messages as one scrolls up, and what is read stays where it is', async () => {
    const { test, stub, open } = await setStage()
    stub.play(answer('Noted.'))
    const { body: conversation } = await test.call('POST', '/api/v2/conversations', {})
    const turns = `/api/v2/conversations/${conversation.id}/turns`
    for (let count = 0; count < 45; count += 1) await test.call('POST', turns, { text: `Line ${count}.` })
    const { page } = await open(`/app/c/${conversation.id}`)
    await questions(page).getByText('Line 44.').waitFor(shown)
    expect(await questions(page).getByText('Line 10.').count()).toBe(0)
    const letThrough = Promise.withResolvers<void>()
    let held = false
    await page.route(/before=/, async (route) => {
      held = true
      await letThrough.promise
      await route.continue()
    })
    const first = questions(page).getByText('Line 20.')
    const top = () => first.evaluate((element) => element.getBoundingClientRect().top)
    const scrollUp = async () => {
      await first.scrollIntoViewIfNeeded()
      return held
    }
    await expect.poll(scrollUp, shown).toBe(true)
    const before = await top()
    letThrough.resolve()
    await questions(page)
      .getByText('Line 10.')
      .waitFor({ ...shown, state: 'attached' })
    expect(Math.abs((await top()) - before)).toBeLessThan(2)
    await questions(page).getByText('Line 0.').scrollIntoViewIfNeeded()
    await page.getByRole('button', { name: 'Jump to the latest' }).click()
    await expect.poll(() => questions(page).getByText('Line 44.').isVisible()).toBe(true)
  })

  it('edits the first message that is loaded, though what came before it is not', async () => {
    const { test, stub, open } = await setStage()
    stub.play(answer('Noted.'))
    const { body: conversation } = await test.call('POST', '/api/v2/conversations', {})
    const turns = `/api/v2/conversations/${conversation.id}/turns`
    for (let count = 0; count < 26; count += 1) await test.call('POST', turns, { text: `Line ${count}.` })
    stub.play(halves('The new', ' way.'))
    const { page } = await open(`/app/c/${conversation.id}`)
    await page.route(/before=/, (route) => route.abort())
    const question = questions(page).filter({ hasText: 'Line 1.' })
    await question.hover()
    await question.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Edit your message' }).fill('Another line')
    await page.getByRole('button', { name: 'Send as a new version' }).click()
    await answers(page).getByText('The new', { exact: true }).waitFor(shown)
    await questions(page).getByText('Another line').waitFor(shown)
    await stub.next()
    await answers(page).getByText('The new way.').waitFor(shown)
    expect(await questions(page).getByText('Line 25.').count()).toBe(0)
  })

  it('tells those who listen whole sentences, and when the answer is complete (complaint 38)', async () => {
    const { stub, open } = await setStage()
    stub.play(halves('It rains. The roof', ' is tight.'))
    const { page } = await open()
    await ask(page, 'Weather?')
    const said = page.locator('[aria-live="polite"]').last()
    await expect.poll(() => said.textContent(), shown).toBe('It rains.')
    await stub.next()
    await expect.poll(() => said.textContent(), shown).toBe('The roof is tight. The answer is complete.')
  })

  it('keeps a draft for each conversation, and Shift + Enter makes a line', async () => {
    const { open } = await setStage()
    const { page } = await open()
    await ask(page, 'One')
    await answers(page).getByText('Hello there').waitFor(shown)
    await box(page).fill('half a thou')
    await box(page).press('Shift+Enter')
    await box(page).pressSequentially('ght')
    await page.getByRole('link', { name: 'New conversation' }).click()
    expect(await box(page).inputValue()).toBe('')
    await page.getByRole('navigation').getByRole('link', { name: 'One' }).click()
    await expect.poll(() => box(page).inputValue()).toBe('half a thou\nght')
  })

  it('finds a message by its words and jumps to it', async () => {
    const { test, stub, open } = await setStage()
    stub.play(answer('Noted.'))
    const { body: conversation } = await test.call('POST', '/api/v2/conversations', {})
    const turns = `/api/v2/conversations/${conversation.id}/turns`
    await test.call('POST', turns, { text: 'The greenhouse key hangs behind the mirror' })
    for (let count = 0; count < 35; count += 1) await test.call('POST', turns, { text: `Small talk ${count}` })
    const { page } = await open()
    await page.getByRole('textbox', { name: 'Search messages' }).fill('mirror greenhouse')
    const hit = page.getByRole('region', { name: 'Search results' }).getByRole('link')
    await hit.waitFor(shown)
    expect((await hit.locator('mark').allTextContents()).join(' ')).toContain('mirror')
    await hit.click()
    const found = page.locator('li.marked')
    await found.getByText('The greenhouse key').waitFor(shown)
    expect(page.url()).toContain('?m=')
    await expect.poll(() => found.evaluate((element) => element.getBoundingClientRect().top)).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Jump to the latest' }).click()
    await page.getByText('Small talk 34').waitFor(shown)
  })

  it('without a model quotes the owner, says so, and leads to the quoted message', async () => {
    const { test, open } = await setStage({ withModel: false })
    const { body: conversation } = await test.call('POST', '/api/v2/conversations', {})
    await test.call('POST', `/api/v2/conversations/${conversation.id}/turns`, {
      text: 'The boiler was serviced in May',
    })
    const { page } = await open()
    await page.getByText('No model: quotes your own words').waitFor(shown)
    await ask(page, 'When was the boiler serviced?')
    await answers(page).getByText('no model – quoted from your own words').waitFor(shown)
    await answers(page).getByRole('link', { name: 'Quoted passage 1' }).click()
    await page.locator('li.marked').getByText('The boiler was serviced in May').waitFor(shown)
  })
})
