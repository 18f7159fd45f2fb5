import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { type Clock, type Log, ProblemError } from '../../core/index.ts'
import type { Model, ModelEvent, ModelRequest, Provider } from '../contract.ts'
import { type CatalogEntry, tinyLlama } from './catalog.ts'
import { type Places, placesIn } from './fetching/fetch-model.ts'
import { type Command, createRunNpm, findNpm } from './fetching/npm.ts'
import { findEngineSource } from './own-path.ts'
import { createEngine } from './running/engine.ts'
import { chooseContextTokens } from './running/memory.ts'
import { createStarting } from './starting.ts'
import { type BuiltinStatus, createState, notNeeded, requireOk, switchedOff } from './status.ts'

export type { BuiltinStatus } from './status.ts'

export type BuiltinDeps = {
  /** Where models and engines are kept: `<data>/models`. This process alone writes there. */
  readonly folder: string
  readonly log: Log
  readonly clock: Clock
  /** The npm client to run instead of the user's own. */
  readonly npmCommand?: Command
  /** The model to serve instead of the one of the catalog. */
  readonly entry?: CatalogEntry
  /** The folder with the engine's package.json and lockfile instead of this installation's own. */
  readonly engineSource?: string
}

export type BuiltinOptions = {
  readonly mode: 'auto' | 'off'
  /** npm's own `npm_execpath`, when Hearth was started by npm. */
  readonly npmExecPath?: string
  /** How many cores an answer may use; one is left free by default. */
  readonly threads?: number
  /** How long the model stays in memory unused; 10 minutes by default. */
  readonly idleUnloadMs?: number
  /** How long a stopped answer may take to end before its process is replaced; 250 ms by default. */
  readonly stopGraceMs?: number
  /** How long the model may be silent before it is given up, reading a prompt included; 5 minutes by default. */
  readonly silenceMs?: number
}

export type Builtin = {
  readonly provider: Provider
  readonly status: () => BuiltinStatus
  /** Calls the listener after every change of the status; returns what takes the listener off again. */
  readonly onChange: (listener: (status: BuiltinStatus) => void) => () => void
  /** Fetches what is missing and offers the model. Never rejects: the status tells what came of it. */
  readonly start: () => Promise<void>
  /** Stops fetching; what has arrived whole is kept for the next start. */
  readonly cancel: () => Promise<void>
  /** Ends every process this has started. */
  readonly close: () => Promise<void>
}

const describe = (entry: CatalogEntry): Model => ({
  id: `builtin/${entry.name}`,
  provider: 'builtin',
  name: entry.name,
  contextTokens: entry.contextTokens,
  sizeBytes: entry.weights.sizeBytes,
  quality: entry.quality,
})

const openEngine = (deps: BuiltinDeps, options: BuiltinOptions, { entry, places }: Served) =>
  createEngine(deps, {
    entry,
    enginePath: places.enginePath,
    modelPath: places.modelPath,
    threads: options.threads ?? Math.max(1, availableParallelism() - 1),
    contextTokens: () => chooseContextTokens(entry, process.availableMemory()),
    idleUnloadMs: options.idleUnloadMs ?? 600_000,
    stopGraceMs: options.stopGraceMs ?? 250,
    silenceMs: options.silenceMs ?? 300_000,
  })

type Served = { readonly entry: CatalogEntry; readonly places: Places }

/**
 * The model that Hearth brings itself: fetched with the user's own npm client, checked against the catalog, run in a
 * process of its own on the CPU. Nothing is fetched before `start`.
 */
export function createBuiltin(deps: BuiltinDeps, options: BuiltinOptions): Builtin {
  const entry = deps.entry ?? tinyLlama
  const served = { entry, places: placesIn(deps.folder, deps.engineSource ?? findEngineSource(), entry) }
  const state = createState(options.mode === 'off' ? switchedOff : notNeeded)
  const engine = openEngine(deps, options, served)
  const runNpm = createRunNpm({ npmCommand: deps.npmCommand ?? findNpm(options.npmExecPath) })
  const { clock, log } = deps
  const starting = createStarting({ clock, log, runNpm, state, tryModel: engine.load }, served)
  let closed = false

  async function* generate(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    requireOk(state.get())
    if (request.model !== entry.name) throw new ProblemError('model-not-found')
    try {
      yield* engine.generate(request, signal)
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'model-download-failed') {
        await rm(served.places.modelPath, { force: true })
        state.set({ status: 'down', code: error.code, detail: `${error.detail} It was removed: start it again.` })
      }
      throw error
    }
  }

  async function models(): Promise<readonly Model[]> {
    if (state.get().status === 'off') return []
    requireOk(state.get())
    return [describe(entry)]
  }

  return {
    provider: { name: 'builtin', models, generate },
    status: state.get,
    onChange: state.onChange,
    start: async () => {
      if (options.mode === 'auto' && !closed && state.get().status !== 'ok') await starting.start()
    },
    cancel: starting.cancel,
    close: async () => {
      closed = true
      await starting.cancel()
      await engine.close()
    },
  }
}
