import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ProblemError } from '../../../core/index.ts'
import type { ModelFile } from '../catalog.ts'

const chunkBytes = 1 << 20

async function* readAll(paths: readonly string[], onChunk: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for (const path of paths) {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
      onChunk(chunk)
      yield chunk
    }
  }
}

/** Makes a rename in this folder last through a power cut; Windows cannot open folders and needs no such step. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Joins parts into one file that appears under its name only when its size and checksum are right and it is on disk.
 * Reads and hashes in pieces of a megabyte, so that the server goes on answering meanwhile.
 * @throws ProblemError `model-download-failed` when the bytes are not the expected ones; nothing is left behind then
 */
export async function assemble(
  input: { parts: readonly string[]; target: string; file: ModelFile },
  signal: AbortSignal,
): Promise<void> {
  const partial = `${input.target}.partial`
  const hash = createHash('sha256')
  let sizeBytes = 0
  const source = readAll(input.parts, (chunk) => {
    hash.update(chunk)
    sizeBytes += chunk.length
  })
  try {
    await pipeline(source, createWriteStream(partial, { flush: true }), { signal })
    if (sizeBytes !== input.file.sizeBytes || hash.digest('hex') !== input.file.sha256) {
      throw new ProblemError('model-download-failed', {
        detail: 'What was fetched is not the expected file (its checksum differs), so it was thrown away.',
      })
    }
    await rename(partial, input.target)
    await syncFolder(dirname(input.target))
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
