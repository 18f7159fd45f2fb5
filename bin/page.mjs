import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runOnNode24 } from './node24.mjs'

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
  const builtAtMs = modifiedAtMs(join(root, 'build', 'page', 'index.html'))
  if (sources.every((source) => newestAtMs(join(root, source)) <= builtAtMs)) return true
  if (!existsSync(join(root, 'node_modules', 'vite'))) {
    process.stderr.write('The page is not built, and what builds it is not installed: run npm ci.\n')
    return false
  }
  process.stderr.write(`${builtAtMs === 0 ? 'The page is missing' : 'The page is stale'}: building it …\n`)
  const code = await runOnNode24([script], { cwd: root, stdio: ['ignore', 2, 2, 'ipc'] })
  if (code !== 0) process.stderr.write('The page could not be built; the rest of Hearth works without it.\n')
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
