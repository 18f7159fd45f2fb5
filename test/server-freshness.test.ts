import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const bundle = 'build/server/main.mjs'
const sources = 'src/main.ts'
let home: string

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(home, file)), { recursive: true })
  writeFileSync(join(home, file), text)
}

/** A checkout with a server of which bundling counts how often it was bundled. */
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearth-server-'))
  cpSync(join(root, 'bin'), join(home, 'bin'), { recursive: true })
  write('package.json', '{ "name": "hearth", "type": "module", "dependencies": { "hono": "1.0.0" } }')
  write('package-lock.json', '{}')
  write('node_modules/hono/package.json', '{ "version": "1.0.0" }')
  symlinkSync(join(root, 'node_modules', 'rolldown'), join(home, 'node_modules', 'rolldown'))
  write('src/main.ts', 'export {}')
  write('src/core/ids.ts', 'export {}')
  write('src/core/ids.test.ts', 'export {}')
  write(
    'scripts/build-server.mjs',
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
     import { hashServerSources } from '../bin/server.mjs'
     mkdirSync('build/server', { recursive: true })
     writeFileSync('build/server/main.mjs', '')
     writeFileSync('build/server/.built', hashServerSources(process.cwd()))
     appendFileSync('build/count', '+')`,
  )
})

afterEach(() => rmSync(home, { recursive: true, force: true }))

/** What the launcher runs for this command, relative to the checkout. */
async function entryOf(...args: readonly string[]): Promise<string> {
  const server = await import(pathToFileURL(join(home, 'bin', 'server.mjs')).href)
  return relative(home, await server.findEntry(home, args))
}

const timesBundled = (): number =>
  existsSync(join(home, 'build/count')) ? readFileSync(join(home, 'build/count')).length : 0

describe('the server of a checkout', () => {
  it('is bundled when the bundle is missing, and not again while nothing has changed', async () => {
    expect(await entryOf('serve')).toBe(bundle)
    expect(await entryOf('serve', '--port', '0')).toBe(bundle)
    expect(timesBundled()).toBe(1)
  })

  it.each([
    ['a source has changed, whatever its time says', () => changeUnnoticed('src/core/ids.ts')],
    ['a source was added', () => write('src/core/more.ts', 'export {}')],
    ['a source was removed', () => rmSync(join(home, 'src/core/ids.ts'))],
    ['the lockfile has changed', () => write('package-lock.json', '{ "packages": {} }')],
    ['another release of a package was installed', () => write('node_modules/hono/package.json', '{}')],
    ['the script that bundles has changed', () => appendFileSync(join(home, 'scripts/build-server.mjs'), '\n')],
  ])('is bundled again when %s', async (_, change) => {
    await entryOf('serve')
    change()
    expect(await entryOf('serve')).toBe(bundle)
    expect(timesBundled()).toBe(2)
  })

  it('is not bundled again for what is no part of it or has only been touched', async () => {
    await entryOf('serve')
    write('src/core/ids.test.ts', 'export const changed = true')
    write('src/core/README.md', '# Core')
    utimesSync(join(home, sources), new Date(), new Date())
    expect(await entryOf('serve')).toBe(bundle)
    expect(timesBundled()).toBe(1)
  })

  it.each([['ask', 'why?'], ['serve', '--dev'], ['serve', '--help'], ['config']])(
    'runs “%s %s” from a fresh bundle, else from the sources without bundling',
    async (...args) => {
      expect(await entryOf(...args)).toBe(sources)
      await entryOf('serve')
      expect(await entryOf(...args)).toBe(bundle)
      write('src/core/ids.ts', 'export const changed = true')
      expect(await entryOf(...args)).toBe(sources)
      expect(timesBundled()).toBe(1)
    },
  )

  it('runs from its sources when it cannot be bundled, though an older bundle is there', async () => {
    await entryOf('serve')
    write('scripts/build-server.mjs', 'process.exit(1)')
    expect(await entryOf('serve')).toBe(sources)
  })

  it('runs from its sources when what bundles it is not installed', async () => {
    rmSync(join(home, 'node_modules', 'rolldown'))
    expect(await entryOf('serve')).toBe(sources)
    expect(timesBundled()).toBe(0)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('does not start when %s stops the bundling', (signal) => {
    write('src/main.ts', "process.stdout.write('started')")
    write('scripts/build-server.mjs', `process.kill(process.pid, '${signal}')\nsetTimeout(() => {}, 60_000)`)
    const { status, stdout } = spawnSync(process.execPath, [join(home, 'bin', 'hearth.mjs'), 'serve'], {
      encoding: 'utf8',
    })
    expect({ status, stdout }).toEqual({ status: 128 + constants.signals[signal], stdout: '' })
  })

  it('runs from its bundle in a release, which has no sources', async () => {
    rmSync(join(home, 'src'), { recursive: true })
    expect(await entryOf('serve')).toBe(bundle)
    expect(timesBundled()).toBe(0)
  })
})

/** Changes a file and sets it back in time, as a copy or an unpacked archive may do. */
function changeUnnoticed(file: string): void {
  write(file, 'export const changed = true')
  utimesSync(join(home, file), 0, 0)
}
