import { type Log, ProblemError } from '../../../core/index.ts'
import type { ModelEvent, ModelRequest } from '../../contract.ts'
import type { CatalogEntry } from '../catalog.ts'
import { type Answer, nextMessage, readAnswer, stopAnswer } from './read-answer.ts'
import { abortable, createTurnstile } from './turnstile.ts'
import type { Worker } from './worker.ts'
import { createWorkerSlot } from './worker-slot.ts'

type Deps = { readonly log: Log }
type Options = {
  readonly entry: CatalogEntry
  readonly enginePath: string
  readonly modelPath: string
  readonly threads: number
  /** The window to open, by the memory there is when the model is loaded. */
  readonly contextTokens: () => number
  readonly idleUnloadMs: number
  /** How long a stopped answer may take to end before its process is killed: reading a prompt cannot be interrupted. */
  readonly stopGraceMs: number
  /** How long the worker may be silent, while it loads or reads a prompt, before it is given up. */
  readonly silenceMs: number
}

async function load(worker: Worker, options: Options): Promise<Worker> {
  const { enginePath, modelPath, threads, entry } = options
  const contextTokens = options.contextTokens()
  worker.send({ type: 'load', enginePath, modelPath, sha256: entry.weights.sha256, threads, contextTokens })
  try {
    const message = await nextMessage(worker, options.silenceMs)
    if (message.type === 'loaded') return worker
    if (message.type === 'error') throw new ProblemError(message.code, { detail: message.detail })
    const how = message.type === 'gone' ? message.how : message.type
    throw new ProblemError('provider-failed', { detail: `The built-in model could not be loaded (${how}).` })
  } catch (error) {
    worker.kill()
    throw error
  }
}

/**
 * Runs the model in a process of its own: started for the first answer, ended when idle, replaced after a crash.
 * Answers are written one after the other, in the order they were asked for.
 */
export function createEngine(deps: Deps, options: Options) {
  const { silenceMs, stopGraceMs, entry } = options
  const slot = createWorkerSlot({ log: deps.log, load: (worker) => load(worker, options) }, options)
  const enter = createTurnstile()
  let inside = 0
  let lastId = 0

  function leave(): void {
    inside -= 1
    if (inside === 0) slot.rest()
  }

  async function come(signal: AbortSignal): Promise<() => void> {
    slot.keep()
    inside += 1
    try {
      const letNextIn = await enter(signal)
      return () => {
        letNextIn()
        leave()
      }
    } catch (error) {
      leave()
      throw error
    }
  }

  return {
    /** Loads the model, to see whether it runs on this machine. */
    load: async (signal: AbortSignal): Promise<void> => {
      const done = await come(signal)
      try {
        await abortable(slot.running(), signal)
      } finally {
        done()
      }
    },
    generate: async function* (request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
      const done = await come(signal)
      lastId += 1
      const answer: Answer = { id: lastId, ended: false }
      let worker: Worker | undefined
      try {
        worker = await abortable(slot.running(), signal)
        yield* readAnswer(worker, request, { answer, silenceMs, signal, stop: entry.stop })
      } finally {
        // The reader is free at once; the next answer waits until this one has really ended.
        const ended = worker === undefined || answer.ended ? undefined : stopAnswer(worker, answer, stopGraceMs)
        void Promise.resolve(ended).then(done)
      }
    },
    close: slot.close,
  }
}
