import type { Clock, ProblemCode, Scope } from '../../core/index.ts'
import type { Database, WriteTransaction } from '../../storage/index.ts'
import type { ContextRecord } from '../answering/answer.ts'
import { estimateTokens } from '../answering/tokens.ts'
import type { ConversationStore } from '../conversations/conversation-store.ts'
import type { MessageStore } from '../conversations/message-store.ts'
import type { Message, Turn, TurnEvent } from '../schema.ts'
import type { MessageRow, TurnRow } from '../tables.ts'
import type { NumberedEvent } from './live-turn.ts'
import type { TurnStore } from './turn-store.ts'

/** Writes a finished message into the merged log, in the transaction that stores it. */
export type AppendEntry = (tx: WriteTransaction, scope: Scope, message: MessageRow) => Promise<void>

export type EndTurnDeps = {
  readonly db: Database
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly turns: TurnStore
  readonly appendEntry: AppendEntry
  readonly clock: Clock
}

export type EndTurnInput = {
  readonly row: TurnRow
  readonly assistant: MessageRow
  /** The answer as it ends. */
  readonly message: Message
  readonly status: Exclude<Turn['status'], 'running'>
  readonly finishReason: 'stop' | 'length' | null
  readonly problemCode: ProblemCode | null
  /** Events that are not stored yet; `turn-end` follows them. */
  readonly events: readonly NumberedEvent[]
  /** The number that `turn-end` gets. */
  readonly lastNumber: number
  readonly record: ContextRecord | undefined
}

export type TurnEnd = Extract<TurnEvent, { type: 'turn-end' }>

/**
 * Stores the end of a turn in one transaction: answer, turn, last events, context record, entry of the merged log. Of a
 * turn whose conversation has been deleted meanwhile there is nothing left to store.
 * @returns `turn-end` as it is stored
 */
export const createEndTurn = (deps: EndTurnDeps) =>
  function endTurn(scope: Scope, input: EndTurnInput): Promise<TurnEnd> {
    return deps.db.write((tx) => storeEnd(deps, { tx, scope, input }))
  }

type EndIn = { readonly tx: WriteTransaction; readonly scope: Scope; readonly input: EndTurnInput }

async function storeEnd(deps: EndTurnDeps, { tx, scope, input }: EndIn): Promise<TurnEnd> {
  const { row, assistant, status, problemCode } = input
  // The answer's instant is its end: whoever asks for what is newer than the question must be given it. It is taken
  // here, where writes follow each other, so that no later entry can have been seen before it.
  const nowMs = deps.clock.now().getTime()
  const createdAt = new Date(nowMs).toISOString()
  const message = { ...input.message, turnId: row.id, status, problemCode, createdAt }
  const end: TurnEnd = { type: 'turn-end', status, finishReason: input.finishReason, message }
  const patch = { ...answerColumns(message), status, problemCode, createdAt: nowMs }
  const { numUpdatedRows } = await deps.turns.update(tx, scope, {
    id: row.id,
    patch: { status, problemCode, endedAt: nowMs },
  })
  if (numUpdatedRows === 0n) return end
  const events = [...input.events, { number: input.lastNumber, event: end }]
  await deps.turns.appendEvents(tx, scope, { turnId: row.id, events })
  await deps.messages.update(tx, scope, { id: assistant.id, patch })
  await deps.conversations.update(tx, scope, { id: row.conversationId, patch: { updatedAt: nowMs } })
  if (input.record !== undefined) await deps.turns.insertContext(tx, scope, { row, record: input.record })
  if (message.text.trim() !== '') await deps.appendEntry(tx, scope, { ...assistant, ...patch })
  return end
}

const answerColumns = (message: Message) => ({
  text: message.text,
  reasoning: message.reasoning,
  citations: JSON.stringify(message.citations),
  inputTokens: message.usage?.inputTokens ?? null,
  outputTokens: message.usage?.outputTokens ?? null,
  usageEstimated: message.usage === null ? null : Number(message.usage.estimated),
  tokenEstimate: estimateTokens(message.text),
})
