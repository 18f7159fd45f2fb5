import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, createId, isId, ProblemError, type Scope } from '../../core/index.ts'
import type { Database, WriteTransaction } from '../../storage/index.ts'
import { defined } from '../defined.ts'
import type { Feed } from '../feed.ts'
import type { Conversation, ConversationId, CreateConversation, MessageId, UpdateConversation } from '../schema.ts'
import type { ConversationRow } from '../tables.ts'
import { haltTurn } from '../turns/await-end.ts'
import type { LiveTurns } from '../turns/live-turn.ts'
import { type ConversationStore, type ListPosition, presentConversation } from './conversation-store.ts'
import type { MessageStore } from './message-store.ts'

export type ConversationsDeps = {
  readonly db: Database
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly live: LiveTurns
  readonly feed: Feed
  readonly claim: (
    tx: WriteTransaction,
    scope: Scope,
    claim: { key: string; fingerprint: string; reply: unknown },
  ) => Promise<{ fresh: true } | { fresh: false; reply: unknown }>
  /** Takes the entries of a deleted conversation out of the merged log. */
  readonly removeEntries: (tx: WriteTransaction, scope: Scope, conversationId: ConversationId) => Promise<void>
  readonly clock: Clock
}

type Page = { readonly items: Conversation[]; readonly nextCursor: string | null }

const newRow = (scope: Scope, nowMs: number): ConversationRow => ({
  id: createId<'conversation'>(nowMs),
  ownerId: scope.userId,
  brainId: scope.brainId,
  kind: 'plain',
  title: '',
  systemPrompt: null,
  model: null,
  headMessageId: null,
  createdAt: nowMs,
  updatedAt: nowMs,
})

/** Creates, lists, reads, changes and deletes the conversations of one owner in one brain. */
export function createConversations(deps: ConversationsDeps) {
  const present = async (scope: Scope, row: ConversationRow): Promise<Conversation> =>
    presentConversation(row, (await deps.conversations.runningTurns(scope, [row.id])).get(row.id))

  const get = async (scope: Scope, id: ConversationId): Promise<Conversation> => {
    const row = await deps.conversations.find(scope, id)
    if (row === undefined) throw new ProblemError('not-found', { detail: 'There is no such conversation.' })
    return present(scope, row)
  }

  const create = async (
    scope: Scope,
    input: CreateConversation & { readonly idempotencyKey?: string | undefined },
  ): Promise<Conversation> => {
    const { idempotencyKey: key, ...asked } = input
    const row = { ...newRow(scope, deps.clock.now().getTime()), ...defined(asked) }
    const id = await deps.db.write(async (tx) => {
      const reply = { id: row.id }
      const claimed = key && (await deps.claim(tx, scope, { key, fingerprint: JSON.stringify(asked), reply }))
      if (claimed && !claimed.fresh) return (claimed.reply as { id: ConversationId }).id
      await deps.conversations.insert(tx, row)
      return row.id
    })
    deps.feed.tell(scope, { type: 'conversation-changed', conversationId: id, runningTurnId: null })
    return get(scope, id)
  }

  const list = async (scope: Scope, page: { limit: number; cursor?: string | undefined }): Promise<Page> => {
    const after = page.cursor === undefined ? undefined : parseCursor(page.cursor)
    const rows = await deps.conversations.list(scope, { limit: page.limit + 1, after })
    const shown = rows.slice(0, page.limit)
    const running = await deps.conversations.runningTurns(
      scope,
      shown.map(({ id }) => id),
    )
    const last = rows.length > page.limit ? shown.at(-1) : undefined
    return {
      items: shown.map((row) => presentConversation(row, running.get(row.id))),
      nextCursor: last === undefined ? null : `${last.updatedAt}_${last.id}`,
    }
  }

  /** The one merged conversation of this owner; made at the first call. */
  const home = async (scope: Scope): Promise<Conversation> => {
    const found = await deps.conversations.findHome(scope)
    if (found !== undefined) return present(scope, found)
    const row = { ...newRow(scope, deps.clock.now().getTime()), kind: 'home' as const }
    await deps.db.write((tx) => deps.conversations.insert(tx, row))
    return present(scope, (await deps.conversations.findHome(scope)) ?? row)
  }

  /** The titles of those of these conversations that are the caller's. */
  const titles = (scope: Scope, ids: readonly string[]) =>
    deps.conversations.titles(scope, [...new Set(ids)] as ConversationId[])

  return { create, get, list, home, titles, ...changes(deps, { get, present }) }
}

type Reads = {
  readonly get: (scope: Scope, id: ConversationId) => Promise<Conversation>
  readonly present: (scope: Scope, row: ConversationRow) => Promise<Conversation>
}

function changes(deps: ConversationsDeps, { get, present }: Reads) {
  const update = async (scope: Scope, input: UpdateConversation & { readonly id: ConversationId }) => {
    const { id, headMessageId, ...patch } = input
    const head =
      headMessageId === undefined ? {} : { headMessageId: await leafBelow(deps, { scope, id, headMessageId }) }
    const changes = { ...defined(patch), ...head }
    if (Object.keys(changes).length === 0) return get(scope, id)
    const row = await deps.db.write((tx) => deps.conversations.update(tx, scope, { id, patch: changes }))
    if (row === undefined) throw new ProblemError('not-found', { detail: 'There is no such conversation.' })
    const conversation = await present(scope, row)
    const { runningTurnId } = conversation
    deps.feed.tell(scope, { type: 'conversation-changed', conversationId: id, runningTurnId })
    return conversation
  }

  /** Deletes the conversation with its messages and entries; an answer that is being written is stopped first. */
  const remove = async (scope: Scope, id: ConversationId): Promise<void> => {
    await haltTurns(deps.live, scope, id)
    const isGone = await deps.db.write(async (tx) => {
      await deps.removeEntries(tx, scope, id)
      return deps.conversations.remove(tx, scope, id)
    })
    if (!isGone) throw new ProblemError('not-found', { detail: 'There is no such conversation.' })
    // A question that was stored in between has gone with it: nobody can read its answer any more. Whoever was told of
    // it in this same turn of the event loop makes it live first.
    await nextTurn()
    await haltTurns(deps.live, scope, id)
    deps.feed.tell(scope, { type: 'conversation-deleted', conversationId: id })
  }

  return { update, remove }
}

export type Conversations = ReturnType<typeof createConversations>

async function haltTurns(live: LiveTurns, scope: Scope, id: ConversationId): Promise<void> {
  const mine = live.all().filter(({ turn, ownerId }) => turn.conversationId === id && ownerId === scope.userId)
  await Promise.all(mine.map((turn) => haltTurn(turn, scope.signal)))
}

type LeafInput = { readonly scope: Scope; readonly id: ConversationId; readonly headMessageId: MessageId }

/** The end of the branch that a message belongs to: its newest descendant. */
async function leafBelow(deps: ConversationsDeps, { scope, id, headMessageId }: LeafInput): Promise<MessageId> {
  const message = await deps.messages.find(scope, headMessageId)
  if (message?.conversationId !== id) {
    throw new ProblemError('not-found', { detail: 'There is no such message in this conversation.' })
  }
  for (let leaf = message; ; ) {
    const child = (await deps.messages.children(scope, leaf.id)).at(-1)
    if (child === undefined) return leaf.id
    leaf = child
  }
}

function parseCursor(cursor: string): ListPosition {
  const [time = '', id = '', ...rest] = cursor.split('_')
  const updatedAt = /^\d{1,16}$/.test(time) ? Number(time) : Number.NaN
  if (!Number.isSafeInteger(updatedAt) || !isId(id) || rest.length > 0) {
    throw new ProblemError('invalid-request', {
      errors: [{ field: 'cursor', message: 'is not a cursor of this list' }],
    })
  }
  return { updatedAt, id }
}
