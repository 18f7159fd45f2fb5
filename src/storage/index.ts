export type { Database, WriteTransaction } from './database.ts'
export { findServer, lockFolder } from './folder-lock.ts'
export { openDatabase } from './open.ts'
