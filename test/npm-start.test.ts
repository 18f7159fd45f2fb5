import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const cleanUps: (() => void)[] = []

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp()
})

type Started = {
  readonly child: ChildProcess
  readonly url: Promise<string>
  /** Resolves when no process holds the output any more: npm, launcher and server have all ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>
}

/** The environment and the path without what an npm that runs these tests has added. */
function cleanEnv(): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|HEARTH_|INIT_CWD|CI$)/.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith('node_modules/.bin'))
  return { ...Object.fromEntries(own), PATH: path.join(delimiter) }
}

function start(command: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Started {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-npm-start-'))
  const settings = { HEARTH_DATA: folder, PORT: '0', HEARTH_BUILTIN_MODEL: 'off', OLLAMA_HOST: 'http://127.0.0.1:1' }
  const env = { ...cleanEnv(), ...settings, LLAMACPP_SERVER_URL: 'http://127.0.0.1:1', ...more }
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  cleanUps.push(() => {
    killGroup(child)
    rmSync(folder, { recursive: true, force: true })
  })
  let output = ''
  const ended = new Promise<Awaited<Started['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
  const url = new Promise<string>((resolve, reject) => {
    const read = (bytes: Buffer): void => {
      output += bytes.toString()
      const found = /Page +(http:\/\/\S+)\/app\//.exec(output)?.[1]
      if (found) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', () => reject(new Error(`ended before it listened: ${output}`)))
  })
  return { child, url, ended }
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The whole group has ended, as it should.
  }
}

/** The command lines of the processes of a group that still run. */
const commandsOf = (group: number): string[] =>
  livingInGroup(group).map((stat) => readFileSync(`/proc/${stat.split(' ')[0]}/cmdline`, 'utf8').replaceAll('\0', ' '))

/** Processes of the group that still run; what has ended and waits for its parent to notice does not. */
function livingInGroup(group: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const path = `/proc/${pid}/stat`
      const stat = existsSync(path) ? readFileSync(path, 'utf8') : ''
      const [state, , groupOfPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(groupOfPid) === group && state !== 'Z' ? [stat] : []
    })
}

/** A shell in the middle ends just after the last of those it waited for. */
const nobodyLeft = (child: ChildProcess): Promise<void> =>
  expect.poll(() => livingInGroup(child.pid ?? 0), { timeout: 10_000 }).toEqual([])

const isAlive = async (url: string): Promise<boolean> => (await fetch(`${url}/livez`)).ok

/** An installed Node that is too old for the server but new enough for the launcher. */
function findOlderNode(): string | undefined {
  const candidates = (cleanEnv().PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  return candidates.filter(existsSync).find((path) => {
    const version = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout
    const [major = 0, minor = 0] = version.split('.').map(Number)
    return major < 24 && (major > 20 || (major === 20 && minor >= 19))
  })
}

const olderNode = findOlderNode()

describe.runIf(process.platform === 'linux')('npm start', { timeout: 120_000 }, () => {
  it('ASTRA-24: starts the server, and SIGTERM to npm leaves no process behind', async () => {
    const { child, url, ended } = start('npm', ['start'])
    expect(await isAlive(await url)).toBe(true)
    child.kill('SIGTERM')
    const { output } = await ended
    expect(output).toContain('server.stopping')
    await nobodyLeft(child)
  })

  it('runs the bundle', async () => {
    // Node 24 that is named outright is a process of its own, which shows what it runs.
    const { child, url } = start('npm', ['start'], { HEARTH_NODE: process.execPath })
    await url
    expect(commandsOf(child.pid ?? 0).join('\n')).toContain(join(root, 'build', 'server', 'main.mjs'))
  })

  it('leaves no process behind on Ctrl-C, which a terminal sends to the whole group', async () => {
    const { child, url, ended } = start('npm', ['start'])
    await url
    process.kill(-(child.pid ?? 0), 'SIGINT')
    const { output } = await ended
    expect(output).toContain('"signal":"SIGINT"')
    await nobodyLeft(child)
  })

  it('ends with the npm that is killed outright', async () => {
    const { child, url, ended } = start('npm', ['start'])
    await url
    child.kill('SIGKILL')
    expect((await ended).output).toContain('server.stopping')
    await nobodyLeft(child)
  })

  it('drains and ends with 0 on one Ctrl-C without npm', async () => {
    const { child, url, ended } = start(process.execPath, ['bin/hearth.mjs', 'serve'])
    await url
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect(await ended).toMatchObject({ code: 0, output: expect.stringContaining('server.stopping') })
  })
})

describe.runIf(olderNode && process.platform === 'linux')('hearth serve on an older Node', { timeout: 120_000 }, () => {
  const startOlder = (): Started => start(olderNode ?? '', ['bin/hearth.mjs', 'serve'])

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('drains on %s and ends with 0', async (signal) => {
    const { child, url, ended } = startOlder()
    expect(await isAlive(await url)).toBe(true)
    child.kill(signal)
    expect(await ended).toMatchObject({ code: 0, output: expect.stringContaining('server.stopping') })
  })

  it('drains on one Ctrl-C, which a terminal sends to launcher and server alike', async () => {
    const { child, url, ended } = startOlder()
    await url
    process.kill(-(child.pid ?? 0), 'SIGINT')
    const { code, output } = await ended
    expect(output).toContain('server.stopping')
    // The launcher's SIGINT may reach a server that has drained already and no longer listens.
    expect([0, 130]).toContain(code)
  })

  it('drains and goes when the launcher is killed outright', async () => {
    const { child, url, ended } = startOlder()
    await url
    child.kill('SIGKILL')
    expect((await ended).output).toContain('"signal":"disconnect"')
    await nobodyLeft(child)
  })

  it('passes the exit code of a wrong command on', async () => {
    expect(spawnSync(olderNode ?? '', ['bin/hearth.mjs', 'dance'], { cwd: root, env: cleanEnv() }).status).toBe(2)
  })
})
