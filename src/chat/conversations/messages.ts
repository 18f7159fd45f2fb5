import { ProblemError, type Scope } from '../../core/index.ts'
import type { ContextRecord } from '../answering/answer.ts'
import type { ConversationId, Message, MessageId, TurnId } from '../schema.ts'
import type { MessageRow } from '../tables.ts'
import type { LiveTurns } from '../turns/live-turn.ts'
import type { TurnStore } from '../turns/turn-store.ts'
import type { ConversationStore } from './conversation-store.ts'
import { type MessageStore, presentMessage } from './message-store.ts'

export type MessagesDeps = {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly turns: TurnStore
  readonly live: LiveTurns
}

export type MessageWindow = {
  readonly conversationId: ConversationId
  readonly limit: number
  /** Only messages above this one in its branch. */
  readonly before?: MessageId | undefined
  /** Only messages below this one in the shown branch. */
  readonly after?: MessageId | undefined
  /** A window with this message in its middle, in its own branch. */
  readonly around?: MessageId | undefined
}

type Page = { readonly items: Message[]; readonly nextCursor: string | null; readonly newerCursor: string | null }

/** Longest walk from the end of a branch to a message that is looked for. */
const longestWalk = 100_000

/** Reads messages: windows of a branch, single ones, the log of a conversation, the context of an answer. */
export function createMessages(deps: MessagesDeps) {
  const present = async (scope: Scope, rows: readonly MessageRow[]): Promise<Message[]> => {
    const siblings = await deps.messages.siblings(scope, rows)
    return rows.map((row) => {
      const shown = presentMessage(row, siblings.get(row.parentMessageId ?? row.conversationId))
      const live = row.turnId === null ? undefined : deps.live.get(row.turnId)
      if (row.status !== 'streaming' || live === undefined) return shown
      const { text, reasoning, citations } = live.message()
      return { ...shown, text, reasoning, citations }
    })
  }

  const findRow = async (scope: Scope, id: MessageId): Promise<MessageRow> => {
    const row = await deps.messages.find(scope, id)
    if (row === undefined) throw new ProblemError('not-found', { detail: 'There is no such message.' })
    return row
  }

  const placeOf = async (scope: Scope, window: MessageWindow): Promise<MessageRow | undefined> => {
    const place = window.before ?? window.after ?? window.around
    if (place === undefined) return undefined
    const row = await findRow(scope, place)
    if (row.conversationId !== window.conversationId) throw new ProblemError('not-found')
    return row
  }

  const newerThan = async (
    scope: Scope,
    { last, head }: { last: MessageRow | undefined; head: MessageId | null },
  ): Promise<string | null> => {
    if (last === undefined || last.id === head) return null
    return (await deps.messages.children(scope, last.id)).length > 0 ? last.id : null
  }

  /** A window of a branch, oldest first. `nextCursor` leads to older messages, `newerCursor` to newer ones. */
  const list = async (scope: Scope, window: MessageWindow): Promise<Page> => {
    const conversation = await deps.conversations.find(scope, window.conversationId)
    if (conversation === undefined) throw new ProblemError('not-found', { detail: 'There is no such conversation.' })
    const { headMessageId: head } = conversation
    const at = await placeOf(scope, window)
    const rows = await pick(deps, { scope, window, at, head })
    const items = await present(scope, rows)
    return {
      items,
      nextCursor: (rows[0]?.parentMessageId ?? null) === null ? null : (items[0]?.id ?? null),
      newerCursor: window.before === undefined ? await newerThan(scope, { last: rows.at(-1), head }) : null,
    }
  }

  const get = async (scope: Scope, id: MessageId): Promise<Message> => {
    const [message] = await present(scope, [await findRow(scope, id)])
    return message as Message
  }

  /** What an answer was made from; `not-found` when the message is no answer, or none was composed. */
  const getContext = async (scope: Scope, id: MessageId): Promise<ContextRecord & { id: string; turnId: TurnId }> => {
    const row = await deps.turns.findContext(scope, id)
    if (row === undefined) throw new ProblemError('not-found', { detail: 'No context was kept for this message.' })
    return { id: row.id, turnId: row.turnId, ...(JSON.parse(row.record) as ContextRecord) }
  }

  return { list, get, getContext, log: deps.messages.log }
}

export type Messages = ReturnType<typeof createMessages>

type PickInput = {
  readonly scope: Scope
  readonly window: MessageWindow
  readonly at: MessageRow | undefined
  readonly head: MessageId | null
}

async function pick(deps: MessagesDeps, { scope, window, at, head }: PickInput): Promise<MessageRow[]> {
  const up = async (leaf: MessageId | null, limit: number) =>
    leaf === null ? [] : (await deps.messages.pathUp(scope, leaf, limit)).reverse()
  if (at === undefined) return up(head, window.limit)
  if (window.before !== undefined) return up(at.parentMessageId, window.limit)
  if (window.after !== undefined) return down(deps, { scope, at, head, limit: window.limit })
  const half = Math.ceil(window.limit / 2)
  return [...(await up(at.id, half)), ...(await down(deps, { scope, at, head, limit: window.limit - half }))]
}

type DownInput = {
  readonly scope: Scope
  readonly at: MessageRow
  readonly head: MessageId | null
  readonly limit: number
}

/** The messages below one: along the shown branch where it lies on it, else along the newest versions. */
async function down(deps: MessagesDeps, { scope, at, head, limit }: DownInput): Promise<MessageRow[]> {
  const shown =
    head === null ? [] : await deps.messages.idsUp(scope, { leaf: head, depthOver: at.depth, limit: longestWalk })
  const next = shown.slice(-limit).reverse()
  const start = next[0]
  if (start?.parentMessageId === at.id)
    return (await deps.messages.pathUp(scope, next.at(-1)?.id as MessageId, next.length)).reverse()
  const rows: MessageRow[] = []
  for (let leaf = at; rows.length < limit; ) {
    const child = (await deps.messages.children(scope, leaf.id)).at(-1)
    if (child === undefined) break
    rows.push(child)
    leaf = child
  }
  return rows
}
