import type { BrainId, ProblemCode, UserId } from '../core/index.ts'
import type { ConversationId, Message, MessageId, Turn, TurnId } from './schema.ts'

type Owned = { ownerId: UserId; brainId: BrainId }

export type ConversationRow = Owned & {
  id: ConversationId
  kind: 'home' | 'plain'
  title: string
  systemPrompt: string | null
  model: string | null
  headMessageId: MessageId | null
  createdAt: number
  updatedAt: number
}

export type MessageRow = Owned & {
  id: MessageId
  conversationId: ConversationId
  parentMessageId: MessageId | null
  turnId: TurnId | null
  role: Message['role']
  source: string
  channel: string
  text: string
  reasoning: string
  citations: string
  payload: string | null
  model: string | null
  quality: Message['quality']
  inputTokens: number | null
  outputTokens: number | null
  usageEstimated: number | null
  status: Message['status']
  problemCode: ProblemCode | null
  tokenEstimate: number
  /** How many messages stand above this one in its branch, and the sum of their token estimates. */
  depth: number
  tokensAbove: number
  createdAt: number
}

export type TurnRow = Owned & {
  id: TurnId
  conversationId: ConversationId
  userMessageId: MessageId | null
  assistantMessageId: MessageId
  kind: 'ask' | 'regenerate' | 'continue'
  status: Turn['status']
  model: string | null
  quality: Message['quality']
  parameters: string
  problemCode: ProblemCode | null
  createdAt: number
  endedAt: number | null
}

export type TurnEventsRow = {
  turnId: TurnId
  ownerId: UserId
  firstNumber: number
  lastNumber: number
  events: string
  createdAt: number
}

export type ContextRecordRow = {
  id: string
  ownerId: UserId
  turnId: TurnId
  messageId: MessageId
  model: string
  requestHash: string
  record: string
  createdAt: number
}

/** The tables that this room owns. */
export type ChatTables = {
  conversations: ConversationRow
  messages: MessageRow
  turns: TurnRow
  turnEvents: TurnEventsRow
  contextRecords: ContextRecordRow
}
