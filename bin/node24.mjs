import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { constants } from 'node:os'

const require = createRequire(import.meta.url)
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** The Node 24 to run on: this one when it is new enough, else the one that came with the packages. */
export function findNode24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const os = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${os}-${process.arch}`
  try {
    const folder = dirname(require.resolve(`${name}/package.json`))
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(binary)) return binary
  } catch {
    // Not shipped for this machine: say what to do below.
  }
  return undefined
}

/**
 * Runs Node 24 with these arguments, passes signals on and resolves with the exit code. The child gets an IPC channel:
 * when this process dies without a word, the channel closes and the child knows that it must go too.
 */
export function runOnNode24(args, options = {}) {
  const node = findNode24()
  if (node === undefined) {
    process.stderr.write(
      `Hearth needs Node 24 or newer; this is ${process.version}, and none is packaged for ${process.platform}-${process.arch}.\n` +
        'Install Node 24 and run the same command again.\n',
    )
    return Promise.resolve(1)
  }
  return new Promise((resolve) => {
    const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], ...options })
    const forward = (signal) => child.kill(signal)
    for (const signal of forwarded) process.on(signal, forward)
    child.on('error', (error) => {
      process.stderr.write(`Node 24 could not be started: ${error.message}\n`)
      resolve(1)
    })
    child.on('exit', (code, signal) => {
      for (const name of forwarded) process.off(name, forward)
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1))
    })
  })
}
