import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../core/index.ts'
import type { Progress } from './progress-line.ts'

const windowMs = 5000

/** The bytes of all files below a folder; files that vanish while it looks count nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Turns counts of received bytes into a speed over the last five seconds, by the clock that never jumps. */
export function createMeter({ clock }: { clock: Clock }, { totalBytes }: { totalBytes: number }) {
  let samples: readonly { readonly atMs: number; readonly bytes: number }[] = []
  return function measure(receivedBytes: number): Progress {
    const atMs = clock.monotonicMs()
    samples = [...samples.filter((sample) => atMs - sample.atMs <= windowMs), { atMs, bytes: receivedBytes }]
    const first = samples[0] ?? { atMs, bytes: receivedBytes }
    const elapsedMs = atMs - first.atMs
    if (elapsedMs <= 0) return { receivedBytes, totalBytes }
    return { receivedBytes, totalBytes, bytesPerSecond: ((receivedBytes - first.bytes) * 1000) / elapsedMs }
  }
}
