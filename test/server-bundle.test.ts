import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const bundle = join(root, 'build', 'server')
const settings = { HEARTH_BUILTIN_MODEL: 'off', OLLAMA_HOST: 'http://127.0.0.1:1', HOST: '127.0.0.1', PORT: '0' }
const cleanUps: (() => void)[] = []

beforeAll(() => {
  const { status, stderr } = build(root)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp()
})

const build = (folder: string) =>
  spawnSync(process.execPath, [join(folder, 'scripts', 'build-server.mjs'), '--if-stale'], { encoding: 'utf8' })

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-bundle-'))
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const modules = (): readonly string[] => readdirSync(bundle).filter((file) => file.endsWith('.mjs'))

type Server = {
  readonly child: ChildProcess
  readonly url: string
  readonly folder: string
  readonly said: () => string
}

/** Starts the bundle without the launcher. */
async function start(): Promise<Server> {
  const folder = temporaryFolder()
  const env = { ...process.env, ...settings, HEARTH_DATA: folder, NODE_COMPILE_CACHE: undefined }
  const child = spawn(process.execPath, [join(bundle, 'main.mjs'), 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  cleanUps.push(() => child.kill('SIGKILL'))
  let output = ''
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes
      const url = /Page +(http:\/\/\S+)\/app\//.exec(output)?.[1]
      if (url) resolve(url)
    })
  }
  child.on('close', () => reject(new Error(`ended before it listened: ${output}`)))
  return { child, url: await promise, folder, said: () => output }
}

const createConversation = (url: string): Promise<Response> =>
  fetch(`${url}/api/v2/conversations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'A title' }),
  })

describe('the bundled server', { timeout: 120_000 }, () => {
  it('starts its checkpointer, which copies the log into the database file', async () => {
    const { child, url, folder, said } = await start()
    const sizeBytes = () => statSync(join(folder, 'hearth.db')).size
    const atFirst = sizeBytes()
    for (let count = 0; count < 3000 && sizeBytes() === atFirst; count += 1) {
      expect((await createConversation(url)).status).toBe(201)
    }
    expect(sizeBytes()).toBeGreaterThan(atFirst)
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([0, null])
    expect(said()).not.toContain('checkpoint-failed')
  })

  it('keeps what V8 has compiled in the data folder', async () => {
    const { child, folder } = await start()
    child.kill('SIGTERM')
    await once(child, 'close')
    const cached = readdirSync(join(folder, 'cache', 'compile'), { recursive: true, withFileTypes: true })
    expect(cached.filter((entry) => entry.isFile()).length).toBeGreaterThan(3)
  })
})

describe('the bundle', { timeout: 120_000 }, () => {
  it('has every process that it starts beside the module that starts it', () => {
    const text = modules()
      .map((file) => readFileSync(join(bundle, file), 'utf8'))
      .join('\n')
    const named = [...text.matchAll(/[a-z]+-worker(?=[`"'$])/g)].map(([name]) => name)
    const workers = ['checkpoint-worker', 'engine-worker', 'leash-worker']
    expect(named).toEqual(expect.arrayContaining(workers))
    expect(workers.filter((name) => !modules().includes(`${name}.mjs`))).toEqual([])
  })

  it('has an engine process that reads what the server says', async () => {
    const worker = fork(join(bundle, 'engine-worker.mjs'), [], { execArgv: [], silent: true })
    cleanUps.push(() => worker.kill('SIGKILL'))
    worker.send({
      type: 'load',
      enginePath: '/nowhere',
      modelPath: '/nowhere',
      sha256: '',
      threads: 1,
      contextTokens: 1,
    })
    const [reply] = await once(worker, 'message')
    expect(reply).toMatchObject({ type: 'error' })
  })

  it('has a leash process that runs a command and passes its exit code on', async () => {
    const worker = fork(join(bundle, 'leash-worker.mjs'), [process.execPath, '-e', 'process.exit(7)'], { execArgv: [] })
    expect(await once(worker, 'close')).toEqual([7, null])
  })

  it('loads no package, and names the licence of each that it holds', () => {
    const imported = modules().flatMap((file) =>
      [...readFileSync(join(bundle, file), 'utf8').matchAll(/^(?:import|export) (?:.* from )?"([^"]+)";/gm)].map(
        ([, name]) => name,
      ),
    )
    expect(imported.filter((name) => !/^(node:|\.\/)/.test(name ?? ''))).toEqual([])
    const licences = readFileSync(join(bundle, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of ['hono', 'kysely', 'pg', 'undici', 'zod'])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })

  it('is whole after two builds at once and after one that was killed', async () => {
    const home = copyCheckout()
    const builds = [1, 2].map(() =>
      spawn(process.execPath, [join(home, 'scripts', 'build-server.mjs')], { stdio: 'ignore' }),
    )
    const codes = await Promise.all(builds.map(async (child) => (await once(child, 'close'))[0]))
    expect(codes).toEqual([0, 0])
    expect(readdirSync(join(home, 'build'))).toEqual(['server'])

    const whole = readdirSync(join(home, 'build', 'server'))
    rmSync(join(home, 'build', 'server'), { recursive: true })
    const killed = spawn(process.execPath, [join(home, 'scripts', 'build-server.mjs')], { stdio: 'ignore' })
    await expect.poll(() => readdirSync(join(home, 'build')), { interval: 2, timeout: 60_000 }).not.toEqual([])
    killed.kill('SIGKILL')
    await once(killed, 'close')
    // On a slow machine it was killed too late and is whole.
    const left = readdirSync(join(home, 'build')).includes('server')
      ? readdirSync(join(home, 'build', 'server'))
      : whole
    expect(left).toEqual(whole)

    for (const name of readdirSync(join(home, 'build'))) utimesSync(join(home, 'build', name), 0, 0)
    rmSync(join(home, 'build', 'server'), { recursive: true, force: true })
    expect(build(home).status).toBe(0)
    expect(readdirSync(join(home, 'build'))).toEqual(['server'])
    expect(readdirSync(join(home, 'build', 'server'))).toEqual(whole)
  })
})

function copyCheckout(): string {
  const home = temporaryFolder()
  for (const name of ['bin', 'scripts', 'src', 'package.json', 'package-lock.json']) {
    cpSync(join(root, name), join(home, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  mkdirSync(join(home, 'build'))
  return home
}
