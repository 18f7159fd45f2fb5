export type { Database, WriteTransaction } from './database.ts'
export { lockFolder } from './folder-lock.ts'
export { openDatabase } from './open.ts'
