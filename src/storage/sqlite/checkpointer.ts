import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** `startsNewRound`: once the whole log is in the database file, the log is begun anew from its start. */
export type CheckpointRequest = { readonly startsNewRound: boolean }
export type CheckpointReply =
  | { readonly type: 'done'; readonly remainingFrames: number }
  | { readonly type: 'failed'; readonly resultCode: number | undefined; readonly message: string }

/** Copies the log into the database file in a thread of its own, one checkpoint at a time. */
export type Checkpointer = {
  readonly run: (request: CheckpointRequest) => Promise<CheckpointReply>
  readonly close: () => Promise<void>
}

// The same folder holds it: as TypeScript among the sources, as JavaScript in the bundle.
const workerFile = new URL(`./checkpoint-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url)

/** The thread starts with the first checkpoint, and keeps no process alive. */
export function createCheckpointer(path: string): Checkpointer {
  let worker: Worker | undefined
  let waiting: ((reply: CheckpointReply) => void) | undefined

  const settle = (reply: CheckpointReply) => {
    waiting?.(reply)
    waiting = undefined
  }
  function start(): Worker {
    const started = new Worker(workerFile, { workerData: path, name: 'checkpointer' })
    started.unref()
    started.on('message', settle)
    started.on('error', (error) => settle({ type: 'failed', resultCode: undefined, message: error.message }))
    started.on('exit', () => {
      worker = undefined
      settle({ type: 'failed', resultCode: undefined, message: 'The checkpoint thread has ended' })
    })
    return started
  }

  return {
    run: (request) =>
      new Promise((resolve) => {
        waiting = resolve
        try {
          worker ??= start()
          worker.postMessage(request)
        } catch (error) {
          settle({ type: 'failed', resultCode: undefined, message: String(error) })
        }
      }),
    async close() {
      if (!worker) return
      const ended = once(worker, 'exit')
      worker.ref()
      worker.postMessage('close')
      await ended
    },
  }
}
