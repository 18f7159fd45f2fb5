import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endIfStopped, runOnNode24 } from './node24.mjs'

const bundle = ['build', 'server', 'main.mjs']
const script = ['scripts', 'build-server.mjs']
/** Paths under src/ that are no part of the server. */
const isNotBundled = (path) => /\.test\.ts$|README\.md$|[\\/]__fixtures__[\\/]/.test(path)

/** The files of the server below src/, in an order that does not depend on the file system. */
export const listServerSources = (root) =>
  readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isNotBundled(path))
    .sort()

/**
 * What a bundle is made of: the sources, the locked and the installed packages, and the script. The contents count and
 * not the times, which a checkout, a copy or a clock may set to anything; reading all takes some ten milliseconds.
 */
export function hashServerSources(root) {
  const hash = createHash('sha256')
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const packages = Object.keys(dependencies).map((name) => join(root, 'node_modules', name, 'package.json'))
  const files = [...listServerSources(root), ...packages, join(root, 'package-lock.json'), join(root, ...script)]
  for (const file of files) {
    hash.update(file.slice(root.length)).update('\0')
    if (existsSync(file)) hash.update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

/** Whether the bundle is there and was made of the very files that are there now. */
export function isServerFresh(root, hash = hashServerSources(root)) {
  const stamp = join(root, 'build', 'server', '.built')
  return existsSync(join(root, ...bundle)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
}

/**
 * Finds what to run: in a packed release the bundle, in a checkout the bundle when it fits the sources, else the
 * sources. Only `serve` for daily use is worth the second or two of bundling, for it saves a third of the memory.
 * @returns the path of the module that runs the command
 */
export async function findEntry(root, args) {
  const source = join(root, 'src', 'main.ts')
  if (!existsSync(source) || isServerFresh(root)) return join(root, ...bundle)
  const isWorthwhile = args[0] === 'serve' && !args.includes('--dev') && !args.includes('--help')
  return isWorthwhile && (await buildServer(root)) ? join(root, ...bundle) : source
}

/** Bundles in a process of its own: the bundler's memory would stay with the server. */
async function buildServer(root) {
  const path = join(root, ...script)
  if (!existsSync(path) || !existsSync(join(root, 'node_modules', 'rolldown'))) {
    process.stderr.write(`What bundles the server is not installed: ${instead}\n`)
    return false
  }
  const isMissing = !existsSync(join(root, ...bundle))
  process.stderr.write(`The server's bundle is ${isMissing ? 'missing' : 'older than its sources'}: building it …\n`)
  const code = await runOnNode24([path, '--if-stale'], { cwd: root, stdio: ['ignore', 2, 2, 'ipc'] })
  endIfStopped(code)
  if (code === 0 && isServerFresh(root)) return true
  process.stderr.write(`The server could not be bundled: ${instead}\n`)
  return false
}

const instead = 'it runs from its sources, which takes more memory.'
