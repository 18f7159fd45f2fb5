import { type ChildProcess, fork } from 'node:child_process'
import type { Log } from '../../../core/index.ts'
import { processFile } from '../own-path.ts'
import { type FromWorker, parseFromWorker, type ToWorker } from './protocol.ts'

/** The end of a worker process, seen in the same stream as its messages. */
export type Gone = { readonly type: 'gone'; readonly how: string }

const keptErrorBytes = 2000

/** A worker process and its messages in order; after `gone` there are no more. */
export type Worker = {
  readonly pid: number | undefined
  readonly send: (message: ToWorker) => void
  /** The next message. A reader that gave up waiting loses none: who reads next waits for the same one. */
  readonly next: () => Promise<FromWorker | Gone>
  readonly kill: () => void
  readonly exited: Promise<Gone>
}

function watchExit(child: ChildProcess): Promise<Gone> {
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-keptErrorBytes)
  })
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ type: 'gone', how: error.message }))
    child.on('close', (code, signal) => {
      resolve({ type: 'gone', how: [signal ?? `exit code ${code}`, errors.trim()].filter(Boolean).join(': ') })
    })
  })
}

/** Starts a worker process. It ends with this process, whatever ends that. */
export function startWorker({ log }: { log: Log }): Worker {
  const child = fork(processFile(import.meta.url, 'engine-worker'), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const arrived: (FromWorker | Gone)[] = []
  let waiting: PromiseWithResolvers<FromWorker | Gone> | undefined
  const push = (message: FromWorker | Gone) => {
    if (waiting === undefined) arrived.push(message)
    else waiting.resolve(message)
    waiting = undefined
  }
  child.on('message', (message) => {
    try {
      push(parseFromWorker(message))
    } catch (error) {
      log.error('builtin-worker-unreadable', { pid: child.pid, error: String(error) })
      child.kill('SIGKILL')
    }
  })
  const exited = watchExit(child).then((gone) => {
    log.info('builtin-worker-ended', { pid: child.pid, how: gone.how })
    push(gone)
    return gone
  })
  return {
    pid: child.pid,
    send: (message) => {
      if (child.connected) child.send(message, () => undefined)
    },
    next: () => {
      const message = arrived.shift()
      if (message !== undefined) return Promise.resolve(message)
      waiting ??= Promise.withResolvers()
      return waiting.promise
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
  }
}
