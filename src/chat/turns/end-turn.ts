import type { Clock, ProblemCode, Scope } from '../../core/index.ts'
import type { Database, WriteTransaction } from '../../storage/index.ts'
import type { ContextRecord } from '../answering/answer.ts'
import { estimateTokens } from '../answering/tokens.ts'
import type { ConversationStore } from '../conversations/conversation-store.ts'
import type { MessageStore } from '../conversations/message-store.ts'
import type { Message, Turn } from '../schema.ts'
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
  readonly problemCode: ProblemCode | null
  /** Events that are not stored yet, the last of them `turn-end`. */
  readonly events: readonly NumberedEvent[]
  readonly record: ContextRecord | undefined
}

/** Stores the end of a turn in one transaction: answer, turn, last events, context record, entry of the merged log. */
export const createEndTurn = (deps: EndTurnDeps) =>
  async function endTurn(scope: Scope, input: EndTurnInput): Promise<void> {
    const { row, assistant, message } = input
    const nowMs = deps.clock.now().getTime()
    // The answer's instant is its end: whoever asks for what is newer than the question must be given it.
    const patch = {
      ...answerColumns(message),
      status: input.message.status,
      problemCode: input.problemCode,
      createdAt: nowMs,
    }
    await deps.db.write(async (tx) => {
      await deps.turns.appendEvents(tx, scope, { turnId: row.id, events: input.events })
      await deps.messages.update(tx, scope, { id: assistant.id, patch })
      await deps.turns.update(tx, scope, {
        id: row.id,
        patch: { status: input.status, problemCode: input.problemCode, endedAt: nowMs },
      })
      await deps.conversations.update(tx, scope, { id: row.conversationId, patch: { updatedAt: nowMs } })
      if (input.record !== undefined) await deps.turns.insertContext(tx, scope, { row, record: input.record })
      if (message.text.trim() !== '') await deps.appendEntry(tx, scope, { ...assistant, ...patch })
    })
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
