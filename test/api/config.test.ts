import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const door = join(import.meta.dirname, '../../src/config/index.ts')
const print = `
  const { inspectConfig } = await import(${JSON.stringify(door)})
  const { errors, explain } = inspectConfig()
  process.stdout.write(JSON.stringify({ errors, port: explain('PORT'), data: explain('HEARTH_DATA').value }))
`

let folder = ''

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'hearth-config-')))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What a process started in the folder makes of its real environment and files. */
function inspectInProcess(env: Readonly<Record<string, string>> = {}) {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', print], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as {
    errors: readonly { message: string }[]
    port: { value: string; source: string }
    data: string
  }
}

describe('configuration of a real process', () => {
  test('C-16: the environment, .env and hearth.yaml of the working directory are read, in this order', () => {
    writeFileSync(join(folder, 'hearth.yaml'), 'server:\n  port: 4\n')
    expect(inspectInProcess().port).toMatchObject({ value: '4', source: 'server.port in hearth.yaml:2:9' })
    writeFileSync(join(folder, '.env'), 'PORT=3\n')
    expect(inspectInProcess().port).toMatchObject({ value: '3', source: 'PORT in .env line 1' })
    expect(inspectInProcess({ PORT: '2' }).port).toMatchObject({ value: '2', source: 'PORT in environment' })
  })

  test('the data folder is beside what was started, and a hearth.yaml in it counts', () => {
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data', 'hearth.yaml'), 'server: {port: 5}')
    const seen = inspectInProcess()
    expect(seen.data).toBe(join(folder, 'data'))
    expect(seen.port.value).toBe('5')
  })

  test('a folder called .env, as some tools make, is no configuration', () => {
    mkdirSync(join(folder, '.env'))
    expect(inspectInProcess()).toMatchObject({ errors: [], port: { value: '8000' } })
  })
})
