import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { engineSize, tinyLlama } from './catalog.ts'
import { findEngineSource } from './own-path.ts'

const readJson = async (name: string) => JSON.parse(await readFile(join(findEngineSource(), name), 'utf8'))

test('C-11: engine and model together stay below 400 MB on the way', () => {
  for (const source of tinyLlama.weights.sources) {
    const weightsBytes = source.parts.reduce((sum, part) => sum + part.downloadBytes, 0)
    expect(weightsBytes + engineSize.downloadBytes).toBeLessThan(400_000_000)
  }
})

test('the catalog names exact versions, a checksum, a licence and at least one source', () => {
  const { weights, licence, quality } = tinyLlama
  expect(weights.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(weights.sizeBytes).toBe(322_591_712)
  expect(licence).toBe('Apache-2.0')
  expect(quality).toBe('demo')
  expect(weights.sources.length).toBeGreaterThan(0)
  for (const { parts } of weights.sources) {
    for (const { version } of parts) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  }
})

test('the engine is pinned exactly, locked with checksums and without addresses', async () => {
  const manifest = await readJson('package.json')
  const { packages } = await readJson('package-lock.json')
  expect(manifest.dependencies).toEqual({ 'node-llama-cpp': '3.21.1' })
  const locked = Object.entries<{ integrity?: string; resolved?: string }>(packages).filter(([path]) => path !== '')
  expect(locked.length).toBeGreaterThan(100)
  expect(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([])
  expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
})

test('the engine brings binaries for CPUs of each system, and none for GPUs', async () => {
  const { packages } = await readJson('package-lock.json')
  const binaries = Object.entries<{ name?: string }>(packages)
    .filter(([path]) => path.startsWith('node_modules/@node-llama-cpp/'))
    .map(([path, { name }]) => [path.slice('node_modules/@node-llama-cpp/'.length), name === 'noop-package'])
  expect(binaries.length).toBe(14)
  for (const [system, isEmpty] of binaries)
    expect([system, isEmpty]).toEqual([system, /cuda|vulkan/.test(String(system))])
})
