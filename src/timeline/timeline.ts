import type { Scope } from '../core/index.ts'
import type { Database, WriteTransaction } from '../storage/index.ts'
import { createCorpora } from './corpus.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import type { Entry, NewEntry, Owner, Page } from './entry.ts'
import { stemsOf } from './entry-terms.ts'
import { createSearch, type Hit, type TimelineSearch } from './search.ts'
import { createTimelineStore, type Filter, findRowIds, insertEntry, removeRows } from './store.ts'

/** `start` is included, `end` is not; `after` is the `nextCursor` of the page before, in the same order. */
export type TimelineList = Filter & {
  readonly after?: string | undefined
  readonly limit: number
  readonly order?: 'oldest' | 'newest' | undefined
}

/** The merged log: all that an owner has said, been told and been sent, in one order. */
export type Timeline = {
  /** Writes an entry, and its words into the full-text index, in the caller's transaction; replaces that of the same `refId`. */
  readonly append: (tx: WriteTransaction, owner: Owner, entry: NewEntry) => Promise<void>
  /** Removes the entries that stand for these things (messages, documents …), from the index too. */
  readonly removeByRef: (tx: WriteTransaction, ownerId: string, refIds: readonly string[]) => Promise<void>
  readonly removeByConversation: (tx: WriteTransaction, ownerId: string, conversationId: string) => Promise<void>
  /** A page by time, newest first unless `order` says otherwise. Throws ProblemError `invalid-request` on a bad cursor. */
  readonly list: (scope: Scope, input: TimelineList) => Promise<Page<Entry>>
  /** A page of what matches, best first. Throws ProblemError `invalid-request` on a bad cursor. */
  readonly search: (scope: Scope, input: TimelineSearch) => Promise<Page<Hit>>
}

export function createTimeline({ db }: { db: Database }): Timeline {
  const store = createTimelineStore({ db })
  const corpora = createCorpora({ store })

  async function remove(tx: WriteTransaction, ownerId: string, rowIds: readonly number[]): Promise<void> {
    if (rowIds.length === 0) return
    await db.fullText.remove(tx, rowIds)
    await removeRows(tx, ownerId, rowIds)
    corpora.changed(ownerId, rowIds.length)
  }

  return {
    async append(tx, owner, entry) {
      const { userId } = owner
      await remove(tx, userId, await findRowIds(tx, userId, { column: 'refId', ids: [entry.refId] }))
      const rowId = await insertEntry(tx, owner, entry)
      await db.fullText.insert(tx, { rowId, ownerId: userId, stems: stemsOf(entry) })
      corpora.changed(userId, 1)
    },
    async removeByRef(tx, ownerId, refIds) {
      await remove(tx, ownerId, await findRowIds(tx, ownerId, { column: 'refId', ids: refIds }))
    },
    async removeByConversation(tx, ownerId, conversationId) {
      await remove(tx, ownerId, await findRowIds(tx, ownerId, { column: 'conversationId', ids: [conversationId] }))
    },
    async list(scope, { after, order = 'newest', limit, ...filter }) {
      const place = after === undefined ? undefined : parseCursor(after)
      const found = await store.list(scope, {
        ...filter,
        ...(place && { after: { atMs: place[0], rowId: place[1] } }),
        limit: limit + 1,
        order,
      })
      const shown = found.slice(0, limit)
      const last = found.length > limit ? shown.at(-1) : undefined
      const items = shown.map(({ rowId: _, ...entry }) => entry)
      return { items, nextCursor: last ? formatCursor([last.at.getTime(), last.rowId]) : null }
    },
    search: createSearch({ db, store, corpora }),
  }
}
