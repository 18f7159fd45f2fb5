import type { Dialect } from '../dialect.ts'
import { authAccounts } from './0001-auth-accounts.ts'
import { httpIdempotencyKeys } from './0002-http-idempotency-keys.ts'
import { chatConversations } from './0003-chat-conversations.ts'
import { timelineEntries } from './0004-timeline-entries.ts'

/** One step of the schema: a name that is never used again, and the statements that take it, in order. */
export type Migration = { readonly name: string; readonly statements: (dialect: Dialect) => readonly string[] }

/** Every migration there is, oldest first. Append only: what has been released is never changed or taken out. */
export const migrations: readonly Migration[] = [
  { name: '0001-auth-accounts', statements: authAccounts },
  { name: '0002-http-idempotency-keys', statements: httpIdempotencyKeys },
  { name: '0003-chat-conversations', statements: chatConversations },
  { name: '0004-timeline-entries', statements: timelineEntries },
]
