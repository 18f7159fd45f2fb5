import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../core/index.ts'
import { type CatalogEntry, engineSize } from '../catalog.ts'
import { requireSpace } from './disk-space.ts'
import { createMeter, folderBytes } from './download-meter.ts'
import { createFetchWeights, downloadBytesOf, hasWeights, weightsCache } from './fetch-weights.ts'
import { createInstallEngine, engineCache, hasEngine } from './install-engine.ts'
import type { RunNpm } from './npm.ts'
import type { Progress } from './progress-line.ts'

/** Where everything of one model lies. `workFolder` exists only while something is being fetched. */
export type Places = {
  readonly folder: string
  readonly engineSource: string
  readonly enginePath: string
  readonly modelPath: string
  readonly workFolder: string
}

export const placesIn = (folder: string, engineSource: string, entry: CatalogEntry): Places => ({
  folder,
  engineSource,
  enginePath: join(folder, 'engines', 'llama'),
  modelPath: join(folder, entry.weights.path),
  workFolder: join(folder, 'fetching'),
})

type Deps = {
  readonly runNpm: RunNpm
  readonly clock: Clock
  readonly onProgress: (progress: Progress) => void
}
type Input = { readonly entry: CatalogEntry; readonly places: Places }
type Step = {
  readonly cache: string
  readonly downloadBytes: number
  readonly neededBytes: number
  readonly run: (signal: AbortSignal) => Promise<void>
}

const measureEveryMs = 500

async function missingSteps(deps: Deps, { entry, places }: Input): Promise<readonly Step[]> {
  const steps: Step[] = []
  const { engineSource: source, enginePath, modelPath: target, workFolder } = places
  if (!(await hasEngine({ source, folder: enginePath }))) {
    steps.push({
      cache: engineCache(workFolder),
      downloadBytes: engineSize.downloadBytes,
      neededBytes: engineSize.downloadBytes + engineSize.installedBytes,
      run: (signal) => createInstallEngine(deps)({ source, folder: enginePath, workFolder }, signal),
    })
  }
  const file = entry.weights
  if (!(await hasWeights({ file, target }))) {
    steps.push({
      cache: weightsCache(workFolder),
      downloadBytes: file.sources[0] ? downloadBytesOf(file.sources[0]) : 0,
      // The packed parts, the unpacked ones and the whole are on the disk together for a moment.
      neededBytes: 3 * file.sizeBytes,
      run: (signal) => createFetchWeights(deps)({ file, target, workFolder }, signal),
    })
  }
  return steps
}

const sum = (steps: readonly Step[], of: (step: Step) => number) => steps.reduce((total, step) => total + of(step), 0)

async function runMeasured(step: Step, report: (receivedBytes: number) => void, signal: AbortSignal): Promise<void> {
  // npm tells no progress to a pipe, but its cache grows with every byte that arrives.
  const look = () => folderBytes(join(step.cache, '_cacache')).then(report)
  const timer = setInterval(() => void look(), measureEveryMs)
  try {
    await look()
    await step.run(signal)
  } finally {
    clearInterval(timer)
  }
}

/**
 * Fetches what is missing of the engine and the model.
 * @returns whether anything was missing
 * @throws ProblemError `model-download-failed` or `storage-full`; or the abort reason
 */
export const createFetchModel =
  (deps: Deps) =>
  async (input: Input, signal: AbortSignal): Promise<boolean> => {
    const { folder, workFolder } = input.places
    const steps = await missingSteps(deps, input)
    if (steps.length > 0) {
      const neededBytes = sum(steps, (step) => step.neededBytes) - (await folderBytes(workFolder))
      await requireSpace(folder, neededBytes)
    }
    const measure = createMeter(deps, { totalBytes: sum(steps, (step) => step.downloadBytes) })
    let doneBytes = 0
    for (const step of steps) {
      const before = doneBytes
      const report = (bytes: number) => deps.onProgress(measure(before + Math.min(bytes, step.downloadBytes)))
      await runMeasured(step, report, signal)
      doneBytes += step.downloadBytes
    }
    await rm(workFolder, { recursive: true, force: true })
    return steps.length > 0
  }
