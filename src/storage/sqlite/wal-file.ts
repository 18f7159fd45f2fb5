import { type FileHandle, open } from 'node:fs/promises'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const LITTLE_ENDIAN_MAGIC = 0x377f0682
const BIG_ENDIAN_MAGIC = 0x377f0683

/** The write-ahead log as a file of its own: SQLite writes it, and this brings it onto the disk off the main thread. */
export type WalFile = {
  /** Resolves when everything written to the log before the call is on the disk. */
  readonly sync: () => Promise<void>
  /**
   * After a failed sync the kernel may hold pages for clean that never reached the disk. Writes the log's bytes again
   * as they are, so that the next sync carries them.
   * @param frames - how many frames SQLite counts on; fewer readable ones mean that the log is lost
   */
  readonly rewrite: (frames: number) => Promise<void>
  readonly close: () => Promise<void>
}

type Sums = readonly [number, number]

/** The running checksum of SQLite's log over 32-bit words. @see https://www.sqlite.org/fileformat2.html#walcksm */
function checksum(bytes: Buffer, [first, second]: Sums, isBigEndian: boolean): Sums {
  let [s0, s1] = [first, second]
  for (let at = 0; at < bytes.length; at += 8) {
    s0 = (s0 + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + s1) >>> 0
    s1 = (s1 + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + s0) >>> 0
  }
  return [s0, s1]
}

const storedSums = (bytes: Buffer, at: number): Sums => [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
const isSame = (a: Sums, b: Sums): boolean => a[0] === b[0] && a[1] === b[1]

/** How many frames from the start of a log are whole, in order and of the log's present round. */
export function countValidFrames(log: Buffer): number {
  if (log.length < HEADER_BYTES) return 0
  const magic = log.readUInt32BE(0)
  if (magic !== LITTLE_ENDIAN_MAGIC && magic !== BIG_ENDIAN_MAGIC) return 0
  const isBigEndian = magic === BIG_ENDIAN_MAGIC
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8)
  let sums = checksum(log.subarray(0, 24), [0, 0], isBigEndian)
  if (!isSame(sums, storedSums(log, 24))) return 0
  let frames = 0
  for (let at = HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    if (log.compare(log, 16, 24, at + 8, at + 16) !== 0) break
    sums = checksum(log.subarray(at, at + 8), sums, isBigEndian)
    sums = checksum(log.subarray(at + FRAME_HEADER_BYTES, at + frameBytes), sums, isBigEndian)
    if (!isSame(sums, storedSums(log, at + 16))) break
    frames += 1
  }
  return frames
}

async function rewriteBytes(file: FileHandle, isUsable: (log: Buffer) => boolean): Promise<void> {
  const { size } = await file.stat()
  const log = Buffer.alloc(size)
  const { bytesRead } = await file.read(log, 0, size, 0)
  if (bytesRead !== size || !isUsable(log))
    throw new Error('The write-ahead log no longer holds what was written to it')
  const { bytesWritten } = await file.write(log, 0, size, 0)
  if (bytesWritten !== size) throw new Error('The write-ahead log could not be written again')
  await file.datasync()
}

/**
 * Opens the log of an open database.
 * @NOTE closing a descriptor drops this process' locks on that file; SQLite keeps none on the log, so this one is safe.
 */
export async function openWalFile(path: string): Promise<WalFile> {
  const file = await open(path, 'r+')
  return {
    sync: () => file.datasync(),
    rewrite: (frames) => rewriteBytes(file, (log) => countValidFrames(log) >= frames),
    close: () => file.close(),
  }
}

/** Makes sure of a log that an unclean end has left, before anything is built on it: not a byte of it changes. */
export async function secureLeftLog(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await rewriteBytes(file, () => true)
  } finally {
    await file.close()
  }
}
