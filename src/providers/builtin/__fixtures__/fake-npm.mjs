// Stands in for npm: serves packages out of a folder, keeps a cache as npm does, and misbehaves when told to.
// Its first argument is the folder: packages/<name> (bytes), orders.json, and calls.jsonl, which it writes.
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [control, command, ...args] = process.argv.slice(2)
const option = (name) => args[args.indexOf(name) + 1]
const folder = option('--prefix')
const cache = join(option('--cache'), '_cacache')
const name = command === 'ci' ? 'engine' : args[0].slice(0, args[0].lastIndexOf('@'))
const orders = JSON.parse(readFileSync(join(control, 'orders.json'), 'utf8'))
const stored = join(cache, 'content-v2', name)
const source = join(control, 'packages', name)

const record = (fields) =>
  appendFileSync(join(control, 'calls.jsonl'), `${JSON.stringify({ command, name, args, pid: process.pid, ...fields })}\n`)

function put(path, bytes) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

function deliver() {
  if (command === 'ci') {
    cpSync(source, join(folder, 'node_modules'), { recursive: true })
    put(stored, 'engine')
    return record({ downloaded: true })
  }
  // As npm does: what looks installed is left as it is.
  if (existsSync(join(folder, 'node_modules', name))) return record({ downloaded: false })
  const downloaded = !existsSync(stored)
  if (downloaded) put(stored, readFileSync(source))
  put(join(folder, 'node_modules', name, 'model.part'), readFileSync(stored))
  record({ downloaded })
}

if (orders.failAt === name) {
  process.stderr.write(orders.stderr)
  process.exitCode = 1
} else if (orders.hangAt === name) {
  const half = command === 'ci' ? Buffer.alloc(1000) : readFileSync(source).subarray(0, 1000)
  put(join(cache, 'tmp', 'half'), half)
  put(join(folder, 'node_modules', name, 'model.part'), half)
  record({ downloaded: false })
  setInterval(() => undefined, 1000)
} else deliver()
