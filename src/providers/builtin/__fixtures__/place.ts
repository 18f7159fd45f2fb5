import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CatalogEntry } from '../catalog.ts'
import type { Command } from '../fetching/npm.ts'

const here = import.meta.dirname

/** What the fake npm does wrong, by the name of the package (the engine is called `engine`). */
export type Orders = { readonly hangAt?: string; readonly failAt?: string; readonly stderr?: string }
export type Call = {
  readonly command: string
  readonly name: string
  readonly args: readonly string[]
  readonly pid: number
  readonly downloaded: boolean
}

/** An engine folder as `npm ci` leaves it, with the fake engine in it. */
export async function installFakeEngine(folder: string): Promise<void> {
  const dist = join(folder, 'node-llama-cpp', 'dist')
  await mkdir(dist, { recursive: true })
  await writeFile(join(folder, 'node-llama-cpp', 'package.json'), '{"type":"module"}')
  await cp(join(here, 'fake-engine.mjs'), join(dist, 'index.js'))
}

/** A small model in two parts, with true sizes and checksum. */
export function smallModel(): { entry: CatalogEntry; bytes: Buffer; parts: readonly [Buffer, Buffer] } {
  const bytes = randomBytes(200_000)
  const part = (name: string) => ({ name, version: '1.0.0', path: 'model.part', downloadBytes: 100_000 })
  const entry: CatalogEntry = {
    name: 'small',
    title: 'Small',
    licence: 'Apache-2.0',
    quality: 'demo',
    contextTokens: 256,
    bytesPerContextToken: 1,
    stop: ['<|user|>'],
    weights: {
      path: 'small.gguf',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sources: [{ type: 'npm', parts: [part('one'), part('two')] }],
    },
  }
  return { entry, bytes, parts: [bytes.subarray(0, 120_000), bytes.subarray(120_000)] }
}

/** A folder with a registry of two parts and an engine, a fake npm that serves it, and an empty models folder. */
export async function createPlace() {
  const root = await mkdtemp(join(tmpdir(), 'hearth-builtin-'))
  const control = join(root, 'control')
  const engineSource = join(root, 'engine-source')
  const model = smallModel()
  await installFakeEngine(join(control, 'packages', 'engine'))
  for (const [index, name] of ['one', 'two'].entries()) {
    await writeFile(join(control, 'packages', name), model.parts[index] as Buffer)
  }
  await mkdir(engineSource)
  for (const name of ['package.json', 'package-lock.json']) await writeFile(join(engineSource, name), '{}')
  const order = (orders: Orders) => writeFile(join(control, 'orders.json'), JSON.stringify(orders))
  await order({})
  const calls = async (): Promise<readonly Call[]> => {
    const text = await readFile(join(control, 'calls.jsonl'), 'utf8').catch(() => '')
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Call)
  }
  const npmCommand: Command = [process.execPath, join(here, 'fake-npm.mjs'), control]
  return { ...model, root, control, engineSource, folder: join(root, 'models'), order, calls, npmCommand }
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
