import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ProblemError, silentLog, systemClock } from '../../core/index.ts'
import { createPlace, isAlive } from './__fixtures__/place.ts'
import { type Builtin, type BuiltinOptions, type BuiltinStatus, createBuiltin } from './index.ts'

let place: Awaited<ReturnType<typeof createPlace>>
const opened: Builtin[] = []
const hosts: ChildProcess[] = []

beforeEach(async () => {
  place = await createPlace()
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((builtin) => builtin.close()))
  for (const host of hosts.splice(0)) host.kill('SIGKILL')
  await rm(place.root, { recursive: true, force: true })
})

const { signal } = new AbortController()
const modelPath = () => join(place.folder, 'small.gguf')

function open(options: Partial<BuiltinOptions> = {}): Builtin {
  const { folder, engineSource, npmCommand, entry } = place
  const deps = { folder, engineSource, npmCommand, entry, log: silentLog, clock: systemClock }
  const builtin = createBuiltin(deps, { mode: 'auto', threads: 1, ...options })
  opened.push(builtin)
  return builtin
}

function startHost(question: string): ChildProcess {
  const { folder, engineSource, npmCommand, entry } = place
  const deps = JSON.stringify({ folder, engineSource, npmCommand, entry, question })
  const host = spawn(process.execPath, [join(import.meta.dirname, '__fixtures__', 'host.mjs'), deps], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  hosts.push(host)
  return host
}

async function ask(builtin: Builtin, text: string): Promise<string> {
  let answer = ''
  const request = { model: 'small', messages: [{ role: 'user', text } as const], contextTokens: 256 }
  for await (const event of builtin.provider.generate(request, signal)) {
    if (event.type === 'text-delta') answer += event.text
  }
  return answer
}

const called = (name: string) => vi.waitFor(async () => expect((await place.calls()).at(-1)?.name).toBe(name), 20_000)

describe('fetching', () => {
  test('C-11: fetches engine and model visibly, checks them, and answers', async () => {
    const builtin = open()
    const seen: BuiltinStatus[] = []
    builtin.onChange((status) => seen.push(status))
    expect(builtin.status().status).toBe('off')
    expect(await builtin.provider.models(signal)).toEqual([])
    await builtin.start()
    expect(builtin.status().status).toBe('ok')
    expect(seen.map(({ status }) => status)).toContain('starting')
    expect(seen.some(({ detail }) => detail.startsWith('Fetching the built-in model'))).toBe(true)
    expect(seen.every(({ progress }) => progress === undefined || (progress >= 0 && progress < 1))).toBe(true)
    expect(await readFile(modelPath())).toEqual(place.bytes)
    expect(await ask(builtin, 'good morning')).toBe('good morning ')
    expect(await builtin.provider.models(signal)).toMatchObject([{ id: 'builtin/small', quality: 'demo' }])
  })

  test('C-11: leaves nothing behind but the model and its engine', async () => {
    await open().start()
    expect((await readdir(place.folder)).sort()).toEqual(['engines', 'small.gguf'])
  })

  test('runs npm without scripts and without naming a registry', async () => {
    await open().start()
    const calls = await place.calls()
    expect(calls.map(({ command, name }) => [command, name])).toEqual([
      ['ci', 'engine'],
      ['install', 'one'],
      ['install', 'two'],
    ])
    for (const { args } of calls) {
      expect(args).toContain('--ignore-scripts')
      expect(args.join(' ')).not.toMatch(/registry|https?:/)
    }
    expect(calls[1]?.args[0]).toBe('one@1.0.0')
  })

  test('a second start fetches nothing', async () => {
    await open().start()
    const before = (await place.calls()).length
    const again = open()
    await again.start()
    expect(again.status().status).toBe('ok')
    expect(await place.calls()).toHaveLength(before)
  })

  test('installs the engine again when its lockfile is another', async () => {
    await open().start()
    await writeFile(join(place.engineSource, 'package-lock.json'), '{"changed":true}')
    await open().start()
    expect((await place.calls()).filter(({ command }) => command === 'ci')).toHaveLength(2)
  })

  test('starts that overlap share one fetch', async () => {
    const builtin = open()
    await Promise.all([builtin.start(), builtin.start()])
    expect(await place.calls()).toHaveLength(3)
  })

  test('ASTRA-24: switched off, it fetches nothing and offers nothing', async () => {
    const builtin = open({ mode: 'off' })
    await builtin.start()
    expect(builtin.status()).toMatchObject({ status: 'off', detail: expect.stringContaining('HEARTH_BUILTIN_MODEL') })
    expect(await builtin.provider.models(signal)).toEqual([])
    expect(await place.calls()).toEqual([])
  })
})

describe('what does not match', () => {
  test.each([
    ['other bytes', (part: Buffer) => Buffer.from(part).fill(0, 0, 10)],
    ['too few bytes', (part: Buffer) => part.subarray(1)],
    ['too many bytes', (part: Buffer) => Buffer.concat([part, Buffer.from('x')])],
  ])('C-11: a part with %s is refused, thrown away, and fetched anew by the next start', async (_, spoil) => {
    await writeFile(join(place.control, 'packages', 'two'), spoil(place.parts[1]))
    const builtin = open()
    await builtin.start()
    expect(builtin.status()).toMatchObject({ status: 'down', code: 'model-download-failed' })
    expect(builtin.status().detail).toMatch(/checksum/)
    expect(await readdir(place.folder)).toEqual(['engines'])
    await expect(ask(builtin, 'hello')).rejects.toMatchObject({ code: 'model-download-failed' })

    await writeFile(join(place.control, 'packages', 'two'), place.parts[1])
    await builtin.start()
    expect(builtin.status().status).toBe('ok')
    expect(await ask(builtin, 'hello')).toBe('hello ')
  })

  test('C-11: a model that was changed on the disk later is not run, and is removed', async () => {
    await open().start()
    const changed = Buffer.from(place.bytes)
    changed[1000] = (changed[1000] as number) ^ 1
    await writeFile(modelPath(), changed)
    const builtin = open()
    await builtin.start()
    await expect(ask(builtin, 'hello')).rejects.toMatchObject({ code: 'model-download-failed' })
    expect(builtin.status()).toMatchObject({ status: 'down', code: 'model-download-failed' })
    await expect(stat(modelPath())).rejects.toMatchObject({ code: 'ENOENT' })
    await builtin.start()
    expect(await ask(builtin, 'hello')).toBe('hello ')
  })
})

describe('failures say what to do', () => {
  test.each([
    ['npm error code ENOTFOUND\nnpm error network\n', 'model-download-failed', /cannot be reached/],
    ['npm error code E404\n', 'model-download-failed', /does not have/],
    ['npm error code E401\n', 'model-download-failed', /refuses access/],
    ['npm error code ENOSPC\n', 'storage-full', /full/],
    ['npm error code EWHAT\nnpm error odd at https://u:p@h/x\n', 'model-download-failed', /odd at the registry/],
  ])('npm says %j', async (stderr, code, detail) => {
    await place.order({ failAt: 'one', stderr })
    const builtin = open()
    await builtin.start()
    expect(builtin.status()).toMatchObject({ status: 'down', code })
    expect(builtin.status().detail).toMatch(detail)
    expect(builtin.status().detail).not.toMatch(/https?:/)
    await place.order({})
    await builtin.start()
    expect(builtin.status().status).toBe('ok')
  })

  test('a missing npm is named', async () => {
    const { folder, engineSource, entry } = place
    const deps = { folder, engineSource, entry, log: silentLog, clock: systemClock }
    const builtin = createBuiltin({ ...deps, npmCommand: [join(place.root, 'no-such-npm')] }, { mode: 'auto' })
    opened.push(builtin)
    await builtin.start()
    expect(builtin.status()).toMatchObject({ status: 'down', code: 'model-download-failed' })
    expect(builtin.status().detail).toMatch(/npm, which fetches it, was not found/)
  })

  test('a disk without room is found out before anything is fetched', async () => {
    place = { ...place, entry: { ...place.entry, weights: { ...place.entry.weights, sizeBytes: 2 ** 50 } } }
    const builtin = open()
    await builtin.start()
    expect(builtin.status()).toMatchObject({ status: 'down', code: 'storage-full' })
    expect(builtin.status().detail).toMatch(/are free at/)
    expect(await place.calls()).toEqual([])
  })

  test('an engine that does not start on this machine leaves the model down', async () => {
    const index = join(place.control, 'packages', 'engine', 'node-llama-cpp', 'dist', 'index.js')
    await writeFile(index, 'throw new Error("no binary for this machine")')
    const builtin = open()
    await builtin.start()
    expect(builtin.status()).toMatchObject({ status: 'down', code: 'provider-failed' })
    expect(builtin.status().detail).toMatch(/no binary for this machine/)
  })
})

describe('interruptions', () => {
  test('C-11: cancelling kills npm, and the next start goes on from whole parts', async () => {
    await place.order({ hangAt: 'two' })
    const builtin = open()
    const started = builtin.start()
    await called('two')
    const pid = (await place.calls()).at(-1)!.pid
    expect(isAlive(pid)).toBe(true)
    await builtin.cancel()
    await started
    expect(isAlive(pid)).toBe(false)
    expect(builtin.status()).toMatchObject({ status: 'off', detail: expect.stringMatching(/^Cancelled/) })

    await place.order({})
    await builtin.start()
    expect(builtin.status().status).toBe('ok')
    expect((await place.calls()).filter(({ name, downloaded }) => name === 'one' && downloaded)).toHaveLength(1)
    expect(await readFile(modelPath())).toEqual(place.bytes)
  })

  test('closing while npm runs leaves no process behind', async () => {
    await place.order({ hangAt: 'engine' })
    const builtin = open()
    void builtin.start()
    await called('engine')
    await builtin.close()
    expect(isAlive((await place.calls()).at(-1)!.pid)).toBe(false)
  })

  test.each(['engine', 'one', 'two'])('a server killed while npm fetches %s: the next one finishes', async (name) => {
    await place.order({ hangAt: name })
    const host = startHost('hello')
    await called(name)
    const pid = (await place.calls()).at(-1)!.pid
    host.kill('SIGKILL')
    await once(host, 'exit')
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000)

    await place.order({})
    const builtin = open()
    await builtin.start()
    expect(builtin.status().status).toBe('ok')
    expect(await readFile(modelPath())).toEqual(place.bytes)
    expect((await readdir(place.folder)).sort()).toEqual(['engines', 'small.gguf'])
    expect((await place.calls()).filter((call) => call.name === 'one' && call.downloaded)).toHaveLength(1)
  })

  test('a worker never outlives a killed server', async () => {
    const host = startHost('endless')
    const [pid] = (await once(host.stdout!, 'data')).map((chunk) => Number(String(chunk)))
    expect(isAlive(pid!)).toBe(true)
    host.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(pid!)).toBe(false), 10_000)
  })
})

test('asking before it is ready says that no model is there', async () => {
  await expect(ask(open(), 'hello')).rejects.toThrow(ProblemError)
  await expect(ask(open(), 'hello')).rejects.toMatchObject({ code: 'no-model' })
})
