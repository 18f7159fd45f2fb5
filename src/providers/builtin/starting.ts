import type { Clock, Log } from '../../core/index.ts'
import type { CatalogEntry } from './catalog.ts'
import { createFetchModel, type Places } from './fetching/fetch-model.ts'
import type { RunNpm } from './fetching/npm.ts'
import { formatProgress, type Progress, shareOf } from './fetching/progress-line.ts'
import { cancelled, type State, statusAfter } from './status.ts'

type Deps = {
  readonly clock: Clock
  readonly log: Log
  readonly runNpm: RunNpm
  readonly state: State
  /** Loads the model once, to see whether it runs on this machine. */
  readonly tryModel: (signal: AbortSignal) => Promise<void>
}
type Options = { readonly entry: CatalogEntry; readonly places: Places }

const causeOf = (error: unknown): string | undefined =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined

/** Starts at most one fetch at a time and writes what comes of it into the state. */
export function createStarting({ clock, log, runNpm, state, tryModel }: Deps, { entry, places }: Options) {
  let run: { readonly controller: AbortController; readonly done: Promise<void> } | undefined

  async function fetchAndTry(signal: AbortSignal): Promise<void> {
    const onProgress = (progress: Progress) => {
      if (signal.aborted) return
      state.set({ status: 'starting', detail: formatProgress(progress), progress: shareOf(progress) })
    }
    try {
      if (await createFetchModel({ runNpm, clock, onProgress })({ entry, places }, signal)) {
        state.set({ status: 'starting', detail: 'Starting the built-in model', progress: 0.99 })
        await tryModel(signal)
      }
      signal.throwIfAborted()
      state.set({ status: 'ok', detail: `${entry.title} is ready.` })
    } catch (error) {
      if (signal.aborted) return state.set(cancelled)
      const status = statusAfter(error)
      log.warn('builtin-start-failed', { code: status.code, detail: status.detail, cause: causeOf(error) })
      state.set(status)
    }
  }

  return {
    start: async (): Promise<void> => {
      if (run === undefined) {
        const controller = new AbortController()
        state.set({ status: 'starting', detail: 'Looking for the built-in model', progress: 0 })
        const done = fetchAndTry(controller.signal).finally(() => {
          run = undefined
        })
        run = { controller, done }
      }
      await run.done
    },
    cancel: async (): Promise<void> => {
      run?.controller.abort()
      await run?.done
    },
  }
}
