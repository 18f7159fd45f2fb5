import { chmod, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const OWNER_ONLY = 0o600

/** The size of a file in bytes, or `undefined` where there is none. */
export const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Makes an empty file that only its owner can read, before SQLite finds it; its journal files take the same mode. */
export async function createPrivateFile(path: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY)
  await file.close()
}

/** Takes a file from everyone but its owner. A file of another user's stays as it is. */
export const makePrivate = (path: string): Promise<void> => chmod(path, OWNER_ONLY).catch(() => undefined)

/** Brings what a file holds onto the disk. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Brings the names in a folder onto the disk. Windows has no such call and does it by itself. */
export async function syncFolderOf(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
