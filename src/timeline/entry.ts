import type { Id, Scope } from '../core/index.ts'

export type EntryId = Id<'entry'>

/** What an entry stands for; `refId` names the thing itself in the room that owns it. */
export type EntryKind = 'message' | 'event' | 'document' | 'memory' | 'tool-call' | 'digest'

export type EntryRole = 'user' | 'assistant' | 'event' | 'tool' | 'system'

/** One line of the merged log. `source` is who brought it (`web-chat`, `uptime-kuma`), `channel` the kind of traffic. */
export type Entry = {
  readonly id: EntryId
  readonly kind: EntryKind
  readonly refId: string
  readonly conversationId: string | null
  readonly at: Date
  readonly source: string
  readonly channel: string
  readonly role: EntryRole
  readonly text: string
}

export type NewEntry = Omit<Entry, 'id'>

/** Whose log: a scope will do. */
export type Owner = Pick<Scope, 'userId' | 'brainId'>

export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null }
