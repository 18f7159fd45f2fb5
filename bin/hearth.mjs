#!/usr/bin/env node
// The launcher. It runs on any Node from 20.19 and hands over to Node 24, on which the server runs.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOnNode24 } from './node24.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
// A packed release holds plain JavaScript under build/; the repository runs its TypeScript as it is.
const source = join(root, 'src', 'main.ts')
const entry = existsSync(source) ? source : join(root, 'build', 'src', 'main.js')
process.exitCode = await runOnNode24([entry, ...process.argv.slice(2)])
