#!/usr/bin/env node
// The launcher. It runs on any Node from 20.19 and hands over to Node 24, on which the server runs.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isNode24, runOnNode24, watchNpm } from './node24.mjs'
import { ensurePage } from './page.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const args = process.argv.slice(2)
// A packed release holds plain JavaScript under build/; the repository runs its TypeScript as it is.
const source = join(root, 'src', 'main.ts')
const isCheckout = existsSync(source)
const entry = isCheckout ? source : join(root, 'build', 'src', 'main.js')
if (isCheckout && args[0] === 'serve' && !args.includes('--help')) await ensurePage(root)

if (isNode24()) {
  // No second process: it would cost 40 MB and stand between the server and its signals.
  watchNpm(() => process.kill(process.pid, 'SIGTERM'))
  process.argv[1] = entry
  await import(pathToFileURL(entry).href)
} else {
  process.exitCode = await runOnNode24([entry, ...args])
}
