// Builds the page into build/page and writes compressed copies beside its files. With --if-stale it does nothing when
// the page on disk was built from the very sources that are there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'build', 'page')
const stampFile = join(target, '.built')
const lock = join(root, 'build', '.page-lock')
/** No build takes as long. */
const lockMs = 120_000
const compressible = '**/*.{js,css,html,svg,json}'

/** What the page is made of: its own files, the locked packages and this script. Tests are no part of it. */
function hashSources() {
  const own = globSync('web/**/*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256')
  for (const file of [...own, join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]) {
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

const isFresh = (hash) => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash

/** Compresses as hard as possible: it is done once and served often. */
async function compress(folder) {
  const files = globSync(compressible, { cwd: folder }).map((file) => join(folder, file))
  await Promise.all(
    files.map(async (file) => {
      const bytes = readFileSync(file)
      const options = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
      writeFileSync(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }))
      writeFileSync(`${file}.br`, await promisify(brotliCompress)(bytes, options))
    }),
  )
}

/** Script and style that the first view loads, gzipped, in bytes. */
function firstLoadBytes(folder) {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const assets = [...html.matchAll(/(?:src|href)="\/app\/(assets\/[^"]+)"/g)].map((match) => match[1])
  return assets.reduce((sum, asset) => sum + readFileSync(join(folder, `${asset}.gz`)).length, 0)
}

/** One process builds at a time; the others wait for it and find that there is nothing left to do. */
async function alone(work) {
  mkdirSync(join(root, 'build'), { recursive: true })
  while (!takeLock()) await setTimeout(100)
  try {
    return await work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** A folder is made by one process only. One that was left behind by a build that died is taken away. */
function takeLock() {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const madeAtMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (Date.now() - madeAtMs > lockMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

/** Builds beside the page in use and swaps at the end, so that nobody is served half a page. */
async function build(hash) {
  const { build: viteBuild } = await import('vite')
  const fresh = join(root, 'build', `.page-${process.pid}`)
  const old = `${fresh}-old`
  try {
    await viteBuild({ configFile: join(root, 'web', 'vite.config.ts'), logLevel: 'warn', build: { outDir: fresh } })
    await compress(fresh)
    writeFileSync(join(fresh, '.built'), hash)
    if (existsSync(target)) renameSync(target, old)
    renameSync(fresh, target)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

/** The API reference's own assets come from packages and are copied by a script of their own. */
function copyDocsAssets() {
  const script = join(root, 'scripts', 'copy-docs-assets.mjs')
  if (!existsSync(script)) return
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`scripts/copy-docs-assets.mjs ended with ${status}`)
}

/**
 * Makes sure that the page is there: builds it when it is missing or older than its sources, or whenever `always`.
 * @returns what was done, in one line; undefined when there was nothing to do
 */
export async function ensurePage({ always = false } = {}) {
  const hash = hashSources()
  if (!always && isFresh(hash)) return undefined
  return alone(async () => {
    if (!always && isFresh(hash)) return undefined
    const startedAt = performance.now()
    await build(hash)
    copyDocsAssets()
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    return `Built the page in ${seconds} s: ${(firstLoadBytes(target) / 1000).toFixed(1)} kB gzipped at first load.`
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const line = await ensurePage({ always: !process.argv.includes('--if-stale') })
  if (line !== undefined) process.stdout.write(`${line}\n`)
}
