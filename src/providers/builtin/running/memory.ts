import type { CatalogEntry } from '../catalog.ts'

const smallestContextTokens = 512
// What the engine needs beside the weights and the window.
const overheadBytes = 150_000_000

/** The window to open: the model's own, or what half of the memory left beside the weights can hold. */
export function chooseContextTokens(entry: CatalogEntry, availableBytes: number): number {
  const leftBytes = availableBytes - entry.weights.sizeBytes - overheadBytes
  const fits = Math.floor(leftBytes / 2 / entry.bytesPerContextToken)
  return Math.max(smallestContextTokens, Math.min(entry.contextTokens, fits))
}
