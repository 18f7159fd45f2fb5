import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Usage } from './probe.ts'

/** A server in a process of its own. */
export type Subject = {
  readonly url: string
  readonly child: ChildProcess
  /** What it has used since this was last asked. */
  readonly usage: () => Promise<Usage>
  readonly stop: () => Promise<void>
}

const root = join(import.meta.dirname, '..', '..')
const probe = join(import.meta.dirname, 'probe.ts')
const lastChanceMs = 10_000

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), lastChanceMs)
  await ended
  clearTimeout(timer)
}

async function usage(child: ChildProcess): Promise<Usage> {
  const told = Promise.withResolvers<Usage>()
  const listen = (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'usage' in message) told.resolve(message.usage as Usage)
  }
  child.on('message', listen)
  child.send('usage')
  return told.promise.finally(() => child.off('message', listen))
}

const subject = (child: ChildProcess, url: string): Subject => ({
  url,
  child,
  usage: () => usage(child),
  stop: () => stop(child),
})

/** Starts one of the small servers beside this file; it sends its port when it listens. */
export async function startPeer(
  name: 'upstream' | 'bare-proxy' | 'bare-stream',
  args: readonly string[],
): Promise<Subject> {
  const child = fork(join(import.meta.dirname, `${name}.ts`), args, { execArgv: ['--import', probe] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return subject(child, `http://127.0.0.1:${port}`)
}

export type HearthOptions = {
  readonly folder: string
  /** Address of the model provider. */
  readonly upstream: string
  /** Off where its cost would count. */
  readonly measured?: boolean
  /** Further arguments for Node, as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[]
}

/** The bundle that `npm start` runs, as last built by `npm run build:server`; the sources where there is none. */
function entry(): string {
  const bundle = join(root, 'build', 'server', 'main.mjs')
  return existsSync(bundle) ? bundle : join(root, 'src', 'main.ts')
}

/** Starts the real server as its command line does, and waits until it says where it listens. */
export async function startHearth({
  folder,
  upstream,
  measured = true,
  nodeArgs = [],
}: HearthOptions): Promise<Subject> {
  const child = fork(entry(), ['serve'], {
    execArgv: [...(measured ? ['--import', probe] : []), ...nodeArgs, ...profiling()],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HEARTH_DATA: folder,
      HEARTH_BUILTIN_MODEL: 'off',
      HOST: '127.0.0.1',
      PORT: '0',
      OPENAI_BASE_URL: `${upstream}/v1`,
      OLLAMA_HOST: 'http://127.0.0.1:9',
      LLAMACPP_SERVER_URL: 'http://127.0.0.1:9',
      SHUTDOWN_GRACE_SECONDS: '0',
    },
  })
  return subject(child, await addressOf(child))
}

/** HEARTH_BENCH_PROFILE names a folder into which the server writes a CPU profile when it ends. */
const profiling = (): string[] => {
  const folder = process.env.HEARTH_BENCH_PROFILE
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
}

function addressOf(child: ChildProcess): Promise<string> {
  const found = Promise.withResolvers<string>()
  let said = ''
  const read = (text: Buffer) => {
    said = (said + text).slice(-10_000)
    const url = /Page\s+(http:\S+)\/app\//.exec(said)?.[1]
    if (url) found.resolve(url)
  }
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  child.once('exit', (code) => found.reject(new Error(`The server ended with ${code}:\n${said}`)))
  return found.promise
}

/**
 * CPU time of a process and all its threads so far, as Linux's scheduler counts it; undefined elsewhere. Other than the
 * time by the clock it does not grow when the machine is busy with something else.
 */
export function cpuSecondsOf({ child: { pid } }: Subject): number | undefined {
  if (process.platform !== 'linux') return undefined
  const tasks = `/proc/${pid}/task`
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9
}
