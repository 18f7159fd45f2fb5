import { existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { ensurePage } from '../../scripts/build-page.mjs'
import { startApp, type TestApp } from '../support/app.ts'
import { type StubProvider, type StubStep, startStubProvider } from '../support/stub-provider/index.ts'

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const builtPage = join(import.meta.dirname, '..', '..', 'build', 'page')

/** What a page must not do, as it was seen doing it. */
export type Misdeeds = {
  readonly remoteRequests: string[]
  readonly violations: string[]
  readonly errors: string[]
}

export type OpenPage = { readonly page: Page; readonly misdeeds: Misdeeds }

/** The real server with the built page and a scripted model, opened in as many browsers as a test wants. */
export type Stage = {
  readonly test: TestApp
  readonly stub: StubProvider
  readonly open: (path?: string, options?: BrowserContextOptions) => Promise<OpenPage>
  /** Stops the server in the middle of whatever it does, and starts it again on the same data. */
  readonly restart: () => Promise<void>
}

let browser: Browser

/** A suite in a real browser; without one it is skipped, and its title says why. */
export const describeInBrowser = (title: string, suite: () => void): void => {
  if (!existsSync(chromiumPath)) {
    describe.skip(`${title} (skipped: no browser at ${chromiumPath}; set CHROMIUM_PATH)`, suite)
    return
  }
  describe(title, () => {
    beforeAll(async () => {
      await ensurePage()
      browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu'] })
    })
    afterAll(() => browser?.close())
    suite()
  })
}

/** Starts a server and a model for one test; both end with it. Without a model, nobody has set one up. */
export async function setStage({ withModel = true } = {}): Promise<Stage> {
  const stub = await startStubProvider({ models: [{ name: 'stub', contextTokens: 8192 }] })
  const withPage = async (started: TestApp) => {
    await cp(builtPage, join(started.folder, 'page'), { recursive: true })
    return started
  }
  let test = await withPage(await startApp(withModel ? { env: { OLLAMA_HOST: stub.url } } : { unconfigured: true }))
  onTestFinished(async () => {
    await stub.close()
    await test.stop()
  })
  return {
    test,
    stub,
    open: (path = '/app/', options = {}) => openPage(new URL(path, test.url), options),
    restart: async () => {
      test = await withPage(await test.restart())
    },
  }
}

async function openPage(url: URL, options: BrowserContextOptions): Promise<OpenPage> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const misdeeds: Misdeeds = { remoteRequests: [], violations: [], errors: [] }
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== url.origin) misdeeds.remoteRequests.push(request.url())
  })
  page.on('pageerror', (error) => misdeeds.errors.push(error.message))
  page.on('dialog', async (dialog) => {
    misdeeds.errors.push(`dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  await page.exposeFunction('tellViolation', (text: string) => misdeeds.violations.push(text))
  await page.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    tellViolation(event.violatedDirective + ' ' + event.blockedURI))`)
  await page.goto(url.href)
  return { page, misdeeds }
}

export const box = (page: Page) => page.getByRole('textbox', { name: /^(Your message|Ditt meddelande)$/ })
export const answers = (page: Page) => page.getByRole('article', { name: /^(Assistant|Assistenten)$/ })
export const questions = (page: Page) => page.getByRole('article', { name: /^(You|Du)$/ })

/** Writes a message and sends it with the key that people use. */
export async function ask(page: Page, text: string): Promise<void> {
  await box(page).fill(text)
  await box(page).press('Enter')
}

/** A script that stops at a gate after its first piece. */
export const halves = (first: string, second: string): [StubStep, StubStep, StubStep, StubStep] => [
  { type: 'text', text: first },
  { type: 'gate' },
  { type: 'text', text: second },
  { type: 'finish' },
]
