export type { Database, FullText, WriteTransaction } from './database.ts'
export { type FolderLock, lockFolder } from './folder-lock.ts'
export { openDatabase } from './open.ts'
