import { type Log, ProblemError } from '../../../core/index.ts'
import { startWorker, type Worker } from './worker.ts'

type Deps = { readonly log: Log; readonly load: (worker: Worker) => Promise<Worker> }

/** Keeps at most one worker: starts it when it is needed, forgets it when it has ended, ends it when it is idle. */
export function createWorkerSlot({ log, load }: Deps, { idleUnloadMs }: { idleUnloadMs: number }) {
  let worker: Worker | undefined
  let loaded: Promise<Worker> | undefined
  let idle: NodeJS.Timeout | undefined
  let closed = false

  function start(): Promise<Worker> {
    const started = startWorker({ log })
    const loading = load(started)
    const forget = () => {
      if (loaded === loading) loaded = undefined
    }
    worker = started
    loaded = loading
    loading.catch(forget)
    void started.exited.then(forget)
    return loading
  }

  return {
    /** The worker with the model in memory. */
    running: async (): Promise<Worker> => {
      if (closed) throw new ProblemError('shutting-down')
      return loaded ?? start()
    },
    keep: (): void => clearTimeout(idle),
    /** Nobody needs the worker now: it ends unless somebody does in time. */
    rest: (): void => {
      clearTimeout(idle)
      if (!closed) idle = setTimeout(() => worker?.kill(), idleUnloadMs).unref()
    },
    close: async (): Promise<void> => {
      closed = true
      clearTimeout(idle)
      worker?.kill()
      await worker?.exited
    },
  }
}
