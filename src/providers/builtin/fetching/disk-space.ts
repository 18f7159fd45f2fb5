import { mkdir, statfs } from 'node:fs/promises'
import { ProblemError } from '../../../core/index.ts'

const gigabytes = (bytes: number): string => `${(bytes / 1_000_000_000).toFixed(1)} GB`

/**
 * Makes sure that the disk has room before anything is fetched.
 * @throws ProblemError `storage-full`, with what is needed, what is free and where
 */
export async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes) return
  const detail =
    `Fetching the built-in model needs ${gigabytes(neededBytes)} for a while; ` +
    `${gigabytes(freeBytes)} are free at ${folder}. Make room and start the download again, or install Ollama.`
  throw new ProblemError('storage-full', { detail })
}
