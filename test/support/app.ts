import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/index.ts'
import { silentLog, systemClock } from '../../src/core/index.ts'
import type { Provider } from '../../src/providers/index.ts'
import { createDatabase, type DatabaseKind } from './database.ts'

/** Method, path, and where there are any: body and headers. */
type Call = [method: string, path: string, body?: unknown, headers?: Record<string, string>]

export type TestApp = {
  readonly app: App
  readonly url: string
  readonly folder: string
  /** Sends JSON and reads JSON; `status` and `headers` beside the body. */
  readonly call: (...call: Call) => Promise<Called>
  readonly stop: () => Promise<void>
  /** Stops the server and starts another on the same data. */
  readonly restart: () => Promise<TestApp>
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
export type Called = { readonly status: number; readonly headers: Headers; readonly body: any }

type Options = {
  readonly env?: Record<string, string>
  readonly scripted?: Provider
  readonly database?: DatabaseKind
  /** As on a machine where nobody has set up a provider: they are looked for, and not found. */
  readonly unconfigured?: boolean
}

/** The real server on a free loopback port, with a data folder of its own and no provider but what the test names. */
export async function startApp(options: Options = {}): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-test-'))
  const database = await createDatabase(options.database ?? 'sqlite')
  return run(folder, { ...options, env: { ...database.env, ...options.env } }, database.drop)
}

const noProviders = {
  HEARTH_BUILTIN_MODEL: 'off',
  OLLAMA_HOST: 'http://127.0.0.1:9',
  LLAMACPP_SERVER_URL: 'http://127.0.0.1:9',
}

async function run(folder: string, options: Options, drop: () => Promise<void>): Promise<TestApp> {
  const env = { ...noProviders, PORT: '0', HEARTH_DATA: folder, SHUTDOWN_GRACE_SECONDS: '0', ...options.env }
  const { config, isSet } = loadConfig({ env, cwd: folder })
  const app = await createApp({
    config,
    isSet: options.unconfigured ? () => false : isSet,
    clock: systemClock,
    log: silentLog,
    version: '0.0.0-test',
    assets: { page: join(folder, 'page'), docs: join(folder, 'docs') },
    ...(options.scripted && { scripted: options.scripted }),
  })
  const { url } = await app.start()
  await app.providers.refresh()
  return {
    app,
    url,
    folder,
    call: createCall(url),
    stop: async () => {
      await app.stop()
      await drop()
      await rm(folder, { recursive: true, force: true })
    },
    restart: async () => {
      await app.stop()
      return run(folder, options, drop)
    },
  }
}

const createCall =
  (url: string): TestApp['call'] =>
  async (...[method, path, body, headers = {}]) => {
    const reply = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await reply.text()
    const isJson = reply.headers.get('content-type')?.includes('json')
    return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text }
  }
