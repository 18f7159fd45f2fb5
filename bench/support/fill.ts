import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuth } from '../../src/auth/index.ts'
import { estimateTokens } from '../../src/chat/answering/tokens.ts'
import type { ConversationId, MessageId, TurnId } from '../../src/chat/schema.ts'
import type { ChatTables, ContextRecordRow, ConversationRow, MessageRow, TurnRow } from '../../src/chat/tables.ts'
import { type BrainId, createId, silentLog, systemClock, type UserId } from '../../src/core/index.ts'
import { openDatabase, type WriteTransaction } from '../../src/storage/index.ts'
import { createTimeline } from '../../src/timeline/index.ts'
import { createWriter } from './texts.ts'

type Owner = { readonly userId: UserId; readonly brainId: BrainId }

/** One conversation with its rows as `chat/` leaves them behind, its answers finished. */
type Filled = {
  readonly conversation: ConversationRow
  readonly messages: MessageRow[]
  readonly turns: TurnRow[]
  readonly contextRecords: ContextRecordRow[]
}

type Writer = ReturnType<typeof createWriter>

const model = 'openai/answer-2-0'
const startMs = Date.UTC(2025, 0, 1)
const betweenTurnsMs = 60_000
const historyMessages = 50
const rowsAtOnce = 500

const nothing = { payload: null, problemCode: null, reasoning: '', citations: '[]' } as const
const unasked = { model: null, quality: null, inputTokens: null, outputTokens: null, usageEstimated: null } as const

const below = (parent: MessageRow | undefined) => ({
  parentMessageId: parent?.id ?? null,
  depth: parent === undefined ? 0 : parent.depth + 1,
  tokensAbove: parent === undefined ? 0 : parent.tokensAbove + parent.tokenEstimate,
})

function recordOf(turn: TurnRow, asked: readonly MessageRow[], owner: Owner): ContextRecordRow {
  const messages = asked.map(({ role, text }) => ({ role, text }))
  const parts = asked.map(({ id, tokenEstimate }) => ({ kind: 'history', tokens: tokenEstimate, messageId: id }))
  const requestHash = createHash('sha256').update(JSON.stringify(messages)).digest('hex')
  const inputTokens = asked.reduce((sum, { tokenEstimate }) => sum + tokenEstimate, 0)
  const context = { model, contextTokens: 8192, reservedTokens: 1024, inputTokens, estimated: true, parts, omitted: [] }
  const timings = { firstTokenMs: 120, totalMs: 2400 }
  const record = JSON.stringify({ context, messages, parameters: {}, requestHash, timings })
  const { id: turnId, assistantMessageId: messageId, createdAt } = turn
  return { id: createId(), ownerId: owner.userId, turnId, messageId, model, requestHash, record, createdAt }
}

type Place = { readonly filled: Filled; readonly owner: Owner; readonly write: Writer; readonly atMs: number }

function addTurn({ filled, owner, write, atMs }: Place): void {
  const { conversation, messages, turns, contextRecords } = filled
  const ids = { ownerId: owner.userId, brainId: owner.brainId, conversationId: conversation.id }
  const turnId = createId<'turn'>() as TurnId
  const parent = messages.at(-1)
  const asked = write.question()
  const said = write.answer()
  const shared = { ...ids, ...nothing, channel: 'chat', status: 'complete', createdAt: atMs } as const
  const user: MessageRow = {
    ...{ ...shared, ...unasked, ...below(parent), id: createId<'message'>() as MessageId, turnId: null, role: 'user' },
    ...{ source: 'web-chat', text: asked, tokenEstimate: estimateTokens(asked) },
  }
  const assistant: MessageRow = {
    ...{
      ...shared,
      ...below(user),
      id: createId<'message'>() as MessageId,
      turnId,
      role: 'assistant',
      source: 'openai',
    },
    ...{ model, quality: 'full', inputTokens: 120, outputTokens: 40, usageEstimated: 0 },
    ...{ text: said, tokenEstimate: estimateTokens(said), createdAt: atMs + 2400 },
  }
  const turn: TurnRow = {
    ...{ ...ids, id: turnId, userMessageId: user.id, assistantMessageId: assistant.id, kind: 'ask', model },
    ...{
      quality: 'full',
      status: 'complete',
      parameters: '{}',
      problemCode: null,
      createdAt: atMs,
      endedAt: atMs + 2400,
    },
  }
  messages.push(user, assistant)
  turns.push(turn)
  contextRecords.push(recordOf(turn, messages.slice(-historyMessages - 1, -1), owner))
}

function conversationOf(owner: Owner, atMs: number): ConversationRow {
  return {
    ...{
      id: createId<'conversation'>() as ConversationId,
      ownerId: owner.userId,
      brainId: owner.brainId,
      kind: 'plain',
    },
    ...{ title: '', systemPrompt: null, model: null, headMessageId: null, createdAt: atMs, updatedAt: atMs },
  }
}

function makeConversation({ owner, write, atMs }: Omit<Place, 'filled'>, turns: number): Filled {
  const filled: Filled = { conversation: conversationOf(owner, atMs), messages: [], turns: [], contextRecords: [] }
  for (let turn = 0; turn < turns; turn += 1) addTurn({ filled, owner, write, atMs: atMs + turn * betweenTurnsMs })
  const last = filled.messages.at(-1)
  const title = filled.messages[0]?.text.slice(0, 60) ?? ''
  const head = last && { headMessageId: last.id, updatedAt: last.createdAt, title }
  return { ...filled, conversation: { ...filled.conversation, ...head } }
}

async function insert<T extends keyof ChatTables>(
  tx: WriteTransaction,
  table: T,
  rows: readonly ChatTables[T][],
): Promise<void> {
  const tables = tx.withTables<Record<string, object>>()
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await tables
      .insertInto(table)
      .values(rows.slice(from, from + rowsAtOnce))
      .execute()
  }
}

type Timeline = ReturnType<typeof createTimeline>

async function store(
  tx: WriteTransaction,
  made: readonly Filled[],
  { timeline, owner }: { timeline: Timeline; owner: Owner },
) {
  await insert(
    tx,
    'conversations',
    made.map(({ conversation }) => conversation),
  )
  await insert(
    tx,
    'messages',
    made.flatMap(({ messages }) => messages),
  )
  await insert(
    tx,
    'turns',
    made.flatMap(({ turns }) => turns),
  )
  await insert(
    tx,
    'contextRecords',
    made.flatMap(({ contextRecords }) => contextRecords),
  )
  for (const { id, createdAt, conversationId, source, channel, role, text } of made.flatMap(
    ({ messages }) => messages,
  )) {
    const place = { conversationId, source, channel, role }
    await timeline.append(tx, owner, { ...place, kind: 'message', refId: id, at: new Date(createdAt), text })
  }
}

/**
 * Fills a data folder with finished conversations: rows, context records, entries of the merged log and their words, as
 * the server leaves them once the events of the turns have been dropped.
 * @param turns - how many turns each conversation has, the oldest conversation first
 * @returns the conversations' ids in that order, and the size of the file
 */
export async function fill(
  folder: string,
  turns: readonly number[],
): Promise<{ ids: readonly string[]; sizeBytes: number }> {
  const db = await openDatabase({ url: 'sqlite', folder, log: silentLog })
  const options = { title: 'Hearth', bindsLoopback: true, allowLocalOwner: true }
  const auth = await createAuth({ db, clock: systemClock }, options)
  const owner = auth.owner()
  const timeline = createTimeline({ db })
  const write = createWriter(7)
  const ids: string[] = []
  let made: Filled[] = []
  let rows = 0
  const flush = async () => {
    const batch = made
    made = []
    rows = 0
    await db.write((tx) => store(tx, batch, { timeline, owner }))
  }
  for (const [index, count] of turns.entries()) {
    const filled = makeConversation({ owner, write, atMs: startMs + index * betweenTurnsMs }, count)
    made.push(filled)
    ids.push(filled.conversation.id)
    rows += 2 * count
    if (rows >= 1000) await flush()
  }
  await flush()
  await db.close()
  return { ids, sizeBytes: (await stat(join(folder, 'hearth.db'))).size }
}
