import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { endIfStopped, runOnNode24 } from './node24.mjs'

/** What the built page is made of: when one of these is newer than the page, the page is stale. */
const sources = ['web', 'scripts/build-page.mjs', 'package-lock.json']

/**
 * Builds the page of a checkout when it is missing or older than its sources, and says so. A page that cannot be built
 * does not keep the server from starting: everything but the page works without it.
 * @returns whether there is a page that fits its sources
 */
export async function ensurePage(root) {
  const script = join(root, 'scripts', 'build-page.mjs')
  if (!existsSync(script)) return false
  const stamp = join(root, 'build', 'page', '.built')
  const builtAtMs = existsSync(join(root, 'build', 'docs')) ? modifiedAtMs(stamp) : 0
  if (sources.every((source) => newestAtMs(join(root, source)) <= builtAtMs)) return true
  if (!existsSync(join(root, 'node_modules', 'vite'))) {
    process.stderr.write('The page is not built, and what builds it is not installed: run npm ci.\n')
    return false
  }
  const isMissing = builtAtMs === 0
  process.stderr.write(`${isMissing ? 'The page is missing' : 'The page is older than its sources'}: building it …\n`)
  // Sources may be newer and yet the same, as after a fresh checkout; the script compares what is in them.
  const args = isMissing ? [script] : [script, '--if-stale']
  const code = await runOnNode24(args, { cwd: root, stdio: ['ignore', 2, 2, 'ipc'] })
  endIfStopped(code)
  if (code !== 0) process.stderr.write('The page could not be built; the rest of Hearth works without it.\n')
  if (code === 0 && existsSync(stamp)) utimesSync(stamp, new Date(), new Date())
  return code === 0
}

const modifiedAtMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** The newest change under a path. A folder counts too: it changes when a file in it is removed. */
function newestAtMs(path) {
  const own = modifiedAtMs(path)
  if (own === 0 || !statSync(path).isDirectory()) return own
  const inside = readdirSync(path).filter((name) => name !== 'node_modules' && name !== '.svelte-kit')
  return Math.max(own, ...inside.map((name) => newestAtMs(join(path, name))))
}
