#!/usr/bin/env node
// The launcher. It runs on any Node from 20.19 and hands over to Node 24, on which the server runs.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isNode24, runOnNode24, watchNpm } from './node24.mjs'
import { ensurePage } from './page.mjs'
import { findEntry } from './server.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const args = process.argv.slice(2)
const isCheckout = existsSync(join(root, 'src', 'main.ts'))
if (isCheckout && args[0] === 'serve' && !args.includes('--help')) await ensurePage(root)
const entry = await findEntry(root, args)

if (isNode24()) {
  // No second process: it would cost 40 MB and stand between the server and its signals.
  watchNpm(() => process.kill(process.pid, 'SIGTERM'))
  process.argv[1] = entry
  await import(pathToFileURL(entry).href)
} else {
  process.exitCode = await runOnNode24([entry, ...args])
}
