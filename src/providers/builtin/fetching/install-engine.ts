import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunNpm } from './npm.ts'

type Place = { readonly source: string; readonly folder: string; readonly workFolder: string }

const marker = 'installed'

// The lockfile carries the checksum of every package, so its own hash names exactly what is installed.
async function fingerprint(source: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of ['package.json', 'package-lock.json']) hash.update(await readFile(join(source, name)))
  return `${hash.digest('hex')} ${process.platform}-${process.arch}\n`
}

/** Tells whether the engine of this release is installed whole, and for this kind of machine. */
export async function hasEngine({ source, folder }: Pick<Place, 'source' | 'folder'>): Promise<boolean> {
  const written = await readFile(join(folder, marker), 'utf8').catch(() => undefined)
  return written === (await fingerprint(source))
}

export const engineCache = (workFolder: string): string => join(workFolder, 'engine-cache')

/**
 * Installs the engine from its lockfile, without running any script of its packages.
 * @throws ProblemError `model-download-failed` or `storage-full`; or the abort reason
 */
export const createInstallEngine =
  ({ runNpm }: { runNpm: RunNpm }) =>
  async ({ source, folder, workFolder }: Place, signal: AbortSignal): Promise<void> => {
    const cache = engineCache(workFolder)
    await rm(join(folder, marker), { force: true })
    await rm(join(cache, '_cacache', 'tmp'), { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    for (const name of ['package.json', 'package-lock.json']) await copyFile(join(source, name), join(folder, name))
    await runNpm({ folder, cache, args: ['ci'] }, signal)
    await writeFile(join(folder, marker), await fingerprint(source), { flush: true })
    await rm(cache, { recursive: true, force: true })
  }
