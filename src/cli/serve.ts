import { mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import type { App, AppDeps } from '../app.ts'
import { type ConfigSources, loadConfig } from '../config/index.ts'
import { systemClock } from '../core/index.ts'
import { createLog } from '../telemetry/index.ts'
import { assets, version } from './paths.ts'

type Terminal = { readonly write: (text: string) => void; readonly isTerminal: boolean }

type ServeInput = {
  readonly flags: NonNullable<ConfigSources['flags']>
  /** Answers by a scripted model: no provider is needed. */
  readonly dev: boolean
}

/** Runs the server until it is told to stop, then lets running answers end. @returns the exit code of the process */
export async function serve(input: ServeInput, terminal: Terminal): Promise<number> {
  const { config, isSet, secrets } = loadConfig({ flags: input.flags })
  const { level, format } = config.log
  const log = createLog({ level, format, secrets })
  const { createApp, createDemo } = await loadRooms(config.data.folder)
  const deps: AppDeps = { config, isSet, log, clock: systemClock, version, assets }
  const app = await createApp(input.dev ? { ...deps, scripted: createDemo() } : deps)
  // Who reads our output may go away; that is no reason to stop serving.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  process.on('unhandledRejection', (error) => log.error('process.unhandled-rejection', { error }))
  const told = stopSignal()
  try {
    const { url, setupPath } = await app.start()
    greet({ url, setupPath, folder: config.data.folder, hasOwner: app.auth.owner().hasPassword }, terminal)
    const follow = followModels(app, terminal)
    log.info('server.stopping', { signal: await told })
    follow.end()
  } finally {
    await app.stop()
  }
  return 0
}

/** Loads the rooms with Node's compile cache in the data folder: from the second start on they need not be compiled. */
async function loadRooms(folder: string) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch {
    // Taking the folder's lock fails for the same reason, and says so in words.
  }
  enableCompileCache(join(folder, 'cache', 'compile'))
  const [{ createApp }, { createDemo }] = await Promise.all([import('../app.ts'), import('../providers/index.ts')])
  return { createApp, createDemo }
}

/** Resolves with what asks this process to stop; the third time ends it on the spot. */
function stopSignal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let count = 0
  const take = (name: string) => {
    count += 1
    // A terminal sends Ctrl-C to the launcher and to this process alike: only a third is meant in earnest.
    if (count > 2) process.exit(130)
    resolve(name)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => take(signal))
  process.on('disconnect', () => resolve('disconnect'))
  // Listening for it holds the launcher's channel, and with it this process, open: nobody would ever see it end.
  process.channel?.unref()
  return promise
}

type Greeting = {
  readonly url: string
  readonly setupPath: string | undefined
  readonly folder: string
  readonly hasOwner: boolean
}

function greet({ url, setupPath, folder, hasOwner }: Greeting, { write }: Terminal): void {
  const isLocal = /^http:\/\/(localhost|127\.|\[::1\])/.test(url)
  write(`\n  Hearth ${version}\n  Page   ${url}/app/\n  Data   ${folder}\n`)
  if (!hasOwner && setupPath !== undefined && !isLocal) {
    write(
      `  Set-up ${url}${setupPath}\n         Open it once to set the owner's name and password; until then nobody is let in.\n`,
    )
  }
  write('\n')
}

/** Shows on the terminal which model answers, and how the built-in one is being fetched. */
function followModels(app: App, { write, isTerminal }: Terminal): { readonly end: () => void } {
  let shown = ''
  const show = () => {
    const { defaultModel, providers } = app.providers.list()
    const starting = providers.find(({ status, progress }) => status === 'starting' && progress !== undefined)
    const line = modelLine(defaultModel?.id, isTerminal ? starting?.detail : starting && 'fetching the built-in model')
    if (line === shown) return
    write(isTerminal ? `\r\u001b[2K${line}` : `${line}\n`)
    if (isTerminal && starting === undefined) write('\n')
    shown = line
  }
  const ends = [app.providers.onChange(show), app.builtin.onChange(show)]
  return {
    end: () => {
      for (const end of ends) end()
    },
  }
}

function modelLine(id: string | undefined, starting: string | undefined): string {
  if (starting !== undefined) return `  Model  ${starting}`
  return `  Model  ${id ?? 'none: answers are quoted from what has been written'}`
}
