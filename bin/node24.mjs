// Written for any Node from 20.19, because this is what finds the newer one.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The oldest Node that has what the server uses: type stripping, `node:sqlite` without a flag, and Argon2. */
const oldest = [24, 7]
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** Signals that come closer together than this are one: a terminal and npm each send theirs for a single Ctrl-C. */
const sameSignalMs = 250
const parentCheckMs = 500

const isNewEnough = (version) => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

/** Whether this very process can run the server. */
export const isNode24 = () => process.env.HEARTH_NODE === undefined && isNewEnough(process.versions.node)

/**
 * Finds the Node to run on: the one named by HEARTH_NODE, else this one when it is new enough, else the one that came
 * with the packages.
 * @returns `{ path }`, or `{ problem }` with a text for the person at the terminal
 */
export function findNode24() {
  const named = process.env.HEARTH_NODE
  if (named !== undefined) return checkNamed(named)
  if (isNewEnough(process.versions.node)) return { path: process.execPath }
  return findPackaged()
}

function checkNamed(path) {
  const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  const version = (stdout ?? '').trim()
  if (error) return { problem: `HEARTH_NODE names ${path}, which cannot be run: ${error.message}` }
  if (!isNewEnough(version)) return { problem: `HEARTH_NODE names ${path}, which is ${version || 'no Node'}.` }
  return { path }
}

function findPackaged() {
  const windows = process.platform === 'win32'
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`
  const binary = packagedBinary(name, windows ? 'node.exe' : 'node')
  if (binary === undefined) {
    return { problem: `This is ${process.version}, and no Node is packaged for ${process.platform}-${process.arch}.` }
  }
  if (process.platform === 'linux' && !hasGlibcLoader()) {
    return { problem: `This is ${process.version}, and the packaged Node needs glibc, which this system has not.` }
  }
  return { path: binary }
}

function packagedBinary(name, file) {
  try {
    // Resolved from here, so that it is also found when Hearth itself is installed as a package.
    const binary = join(dirname(require.resolve(`${name}/package.json`)), 'bin', file)
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/** Alpine and others with musl have no glibc loader; the packaged binary would end in a bare "not found" there. */
const hasGlibcLoader = () =>
  existsSync(process.arch === 'arm64' ? '/lib/ld-linux-aarch64.so.1' : '/lib64/ld-linux-x86-64.so.2')

/**
 * Runs Node 24 with these arguments, passes signals on and resolves with the exit code, 128 + n for signal n. The child
 * gets an IPC channel: when this process dies without a word, the channel closes and the child knows that it must go.
 */
export function runOnNode24(args, options = {}) {
  const { path, problem } = findNode24()
  if (path === undefined) {
    process.stderr.write(
      `Hearth needs Node ${oldest.join('.')} or newer. ${problem}\n` +
        'Install a newer Node and run the same command again, or set HEARTH_NODE to the path of one.\n',
    )
    return Promise.resolve(1)
  }
  return new Promise((resolve) => {
    const child = spawn(path, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], ...options })
    const release = passSignalsOn(child)
    child.on('error', (error) => {
      release()
      process.stderr.write(`${path} could not be started: ${error.message}\n`)
      resolve(1)
    })
    child.on('exit', (code, signal) => {
      release()
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1))
    })
  })
}

/** Ends this process when a child ended because somebody stopped the two: what comes after it is not wanted either. */
export function endIfStopped(code) {
  if (forwarded.some((signal) => code === 128 + constants.signals[signal])) process.exit(code)
}

function passSignalsOn(child) {
  const lastAt = new Map()
  const pass = (signal) => {
    const now = performance.now()
    const repeated = now - (lastAt.get(signal) ?? Number.NEGATIVE_INFINITY) < sameSignalMs
    lastAt.set(signal, now)
    // A Windows console tells every process itself, and sending a signal there means killing without a warning.
    if (!repeated && process.platform !== 'win32') child.kill(signal)
  }
  for (const signal of forwarded) process.on(signal, pass)
  const unwatch = watchNpm(() => child.kill('SIGTERM'))
  return () => {
    unwatch()
    for (const signal of forwarded) process.off(signal, pass)
  }
}

/**
 * Calls `ended` when npm started this process and is gone. Between the two may be a shell that keeps signals to itself:
 * Debian's dies of SIGTERM without a word to its child, and outlives an npm that is killed outright. A process started
 * in any other way is meant to outlive its parent.
 */
export function watchNpm(ended) {
  if (process.env.npm_lifecycle_event === undefined || process.env.npm_package_name !== 'hearth') return () => {}
  const ancestors = () => `${process.ppid} ${parentOf(process.ppid)}`
  const before = ancestors()
  const timer = setInterval(() => {
    if (ancestors() === before) return
    clearInterval(timer)
    ended()
  }, parentCheckMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** The parent of another process where /proc tells it, which is where that shell is found. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
  } catch {
    return ''
  }
}
