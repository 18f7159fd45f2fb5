import {
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
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '..')
let home: string

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(home, file)), { recursive: true })
  writeFileSync(join(home, file), text)
}

/** A checkout with a page of which building counts how often it was built. */
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearth-page-'))
  cpSync(join(root, 'bin'), join(home, 'bin'), { recursive: true })
  mkdirSync(join(home, 'node_modules'))
  symlinkSync(join(root, 'node_modules', 'vite'), join(home, 'node_modules', 'vite'))
  write('package.json', '{ "name": "hearth", "type": "module" }')
  write('web/src/app.svelte', '<h1>Hearth</h1>')
  write('web/src/more.svelte', '<p>more</p>')
  write(
    'scripts/build-page.mjs',
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
     for (const folder of ['page', 'docs']) mkdirSync('build/' + folder, { recursive: true })
     writeFileSync('build/page/.built', 'built')
     appendFileSync('build/count', '+')`,
  )
  age(home, 100)
})

/** Sets everything that is there now to some seconds ago, so that what comes later is newer. */
function age(path: string, secondsAgo: number): void {
  const at = Date.now() / 1000 - secondsAgo
  for (const file of ['web/src/app.svelte', 'web/src/more.svelte', 'web/src', 'web', 'scripts/build-page.mjs']) {
    utimesSync(join(path, file), at, at)
  }
}

async function ensurePage(): Promise<boolean> {
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const page = await import(pathToFileURL(join(home, 'bin', 'page.mjs')).href)
  return page.ensurePage(home)
}

const timesBuilt = (): number =>
  existsSync(join(home, 'build/count')) ? readFileSync(join(home, 'build/count')).length : 0

describe('the page of a checkout', () => {
  it('is built when it is missing', async () => {
    expect(await ensurePage()).toBe(true)
    expect(timesBuilt()).toBe(1)
  })

  it('is not built again while nothing has changed', async () => {
    await ensurePage()
    await ensurePage()
    expect(timesBuilt()).toBe(1)
  })

  it('is built again when a source is newer', async () => {
    await ensurePage()
    const later = Date.now() / 1000 + 100
    utimesSync(join(home, 'web/src/app.svelte'), later, later)
    await ensurePage()
    expect(timesBuilt()).toBe(2)
  })

  it('is built again when a source was removed', async () => {
    await ensurePage()
    const earlier = Date.now() / 1000 - 50
    utimesSync(join(home, 'build/page/.built'), earlier, earlier)
    rmSync(join(home, 'web/src/more.svelte'))
    await ensurePage()
    expect(timesBuilt()).toBe(2)
  })

  it('does not keep the server from starting when it cannot be built', async () => {
    write('scripts/build-page.mjs', 'process.exit(1)')
    expect(await ensurePage()).toBe(false)
  })

  it('is left as it is when what builds it is not installed', async () => {
    rmSync(join(home, 'node_modules', 'vite'))
    expect(await ensurePage()).toBe(false)
    expect(timesBuilt()).toBe(0)
  })
})
