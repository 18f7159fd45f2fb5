import { type Clock, createId, ProblemError, type Scope } from '../../core/index.ts'
import type { WriteTransaction } from '../../storage/index.ts'
import type { Answerer } from '../answering/answer.ts'
import { estimateTokens } from '../answering/tokens.ts'
import type { ConversationStore } from '../conversations/conversation-store.ts'
import type { MessageStore } from '../conversations/message-store.ts'
import type { ConversationId, Message, MessageId, StartTurn, TurnId } from '../schema.ts'
import type { ConversationRow, MessageRow, TurnRow } from '../tables.ts'
import { type AcceptTurn, assertNoneRunning } from './accept-turn.ts'
import { type Claim, claimTurn } from './claim-turn.ts'
import type { AppendEntry } from './end-turn.ts'
import type { Launch } from './launch-turn.ts'
import { assertModel, createTurnRow, type FoundAnswerer, findAnswerer } from './turn-row.ts'
import type { TurnStore } from './turn-store.ts'

/** A message to answer. `source` and `channel` say how it came: `web-chat`, `chat`. */
export type StartTurnInput = Omit<StartTurn, 'stream'> & {
  readonly conversationId: ConversationId
  readonly source: string
  readonly channel: string
  /** The same key and the same input give the same turn, whoever repeats it. */
  readonly idempotencyKey?: string | undefined
  /** Takes the message also while an earlier answer of the conversation is still being written. */
  readonly mayOverlap?: boolean
}

export type StartTurnDeps = {
  readonly acceptTurn: AcceptTurn
  readonly endOrphan: (scope: Scope, turnId: TurnId) => Promise<boolean>
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly turns: TurnStore
  readonly resolve: (model: string | undefined) => Answerer | undefined
  readonly claim: Claim
  readonly appendEntry: AppendEntry
  readonly launch: Launch
  readonly clock: Clock
}

type Stored = {
  readonly conversation: ConversationRow
  readonly user: MessageRow
  readonly assistant: MessageRow
  readonly row: TurnRow
  readonly userMessage: Message
  readonly message: Message
}

const titleLength = 60

/**
 * Accepts a message: stores it, its place for the answer and its turn in one transaction, and only then asks a model.
 * @returns the id of the turn, once the message is on the disk
 * @throws ProblemError `not-found`, `turn-running`, `model-not-found` (nothing is stored), `idempotency-mismatch`
 */
export const createStartTurn = (deps: StartTurnDeps) =>
  async function startTurn(scope: Scope, input: StartTurnInput): Promise<TurnId> {
    assertModel(deps.resolve, input)
    const stored = await deps.acceptTurn(scope, (tx) => accept(deps, { tx, scope, input }))
    if ('turnId' in stored) {
      await deps.endOrphan(scope, stored.turnId)
      return stored.turnId
    }
    const { user, ...launched } = stored
    deps.launch(scope, { ...launched, question: user, input })
    return stored.row.id
  }

type AcceptInput = { readonly tx: WriteTransaction; readonly scope: Scope; readonly input: StartTurnInput }

async function accept(deps: StartTurnDeps, { tx, scope, input }: AcceptInput): Promise<Stored | { turnId: TurnId }> {
  const nowMs = deps.clock.now().getTime()
  const [userId, assistantId, turnId] = [
    createId<'message'>(nowMs),
    createId<'message'>(nowMs),
    createId<'turn'>(nowMs),
  ]
  const earlier = await claimTurn(deps.claim, { tx, scope, input, turnId })
  if (earlier !== undefined) return { turnId: earlier }
  const conversation = await deps.conversations.update(tx, scope, {
    id: input.conversationId,
    patch: { updatedAt: nowMs },
  })
  if (conversation === undefined) throw new ProblemError('not-found', { detail: 'There is no such conversation.' })
  if (input.mayOverlap !== true) await assertNoneRunning(deps.turns, tx, { scope, conversationId: conversation.id })
  const parentId = input.parentMessageId === undefined ? conversation.headMessageId : input.parentMessageId
  const parent = await findParent(deps, { tx, scope, parentId, conversation })
  const answerer = findAnswerer(deps.resolve, { input, conversation })
  const user = userRow(scope, { id: userId, conversation, parent, input, nowMs })
  const row = createTurnRow(scope, {
    id: turnId,
    conversation,
    kind: 'ask',
    userMessageId: userId,
    assistantMessageId: assistantId,
    answerer,
    input,
    nowMs,
  })
  const assistant = assistantRow({ id: assistantId, parent: user, row, answerer })
  await deps.messages.insert(tx, [user, assistant])
  await deps.turns.insert(tx, row)
  const title = conversation.title === '' ? titleOf(input.text) : conversation.title
  const patch = { headMessageId: assistantId, title }
  await deps.conversations.update(tx, scope, { id: conversation.id, patch })
  await deps.appendEntry(tx, scope, user)
  const [userMessage, message] = (await deps.messages.presentIn(tx, scope, [user, assistant])) as [Message, Message]
  return { conversation: { ...conversation, ...patch }, user, assistant, row, userMessage, message }
}

type ParentInput = {
  readonly tx: WriteTransaction
  readonly scope: Scope
  readonly parentId: MessageId | null
  readonly conversation: ConversationRow
}

async function findParent(deps: StartTurnDeps, input: ParentInput): Promise<MessageRow | undefined> {
  const { tx, scope, parentId, conversation } = input
  if (parentId === null) return undefined
  const parent = await deps.messages.findIn(tx, scope, parentId)
  if (parent?.conversationId !== conversation.id) {
    throw new ProblemError('not-found', { detail: 'There is no such message in this conversation.' })
  }
  return parent
}

type UserRowInput = {
  readonly id: MessageId
  readonly conversation: ConversationRow
  readonly parent: MessageRow | undefined
  readonly input: StartTurnInput
  readonly nowMs: number
}

const below = (parent: MessageRow | undefined) => ({
  parentMessageId: parent?.id ?? null,
  depth: parent === undefined ? 0 : parent.depth + 1,
  tokensAbove: parent === undefined ? 0 : parent.tokensAbove + parent.tokenEstimate,
})

const blank = {
  reasoning: '',
  citations: '[]',
  payload: null,
  model: null,
  quality: null,
  inputTokens: null,
  outputTokens: null,
  usageEstimated: null,
  problemCode: null,
} as const

const userRow = (scope: Scope, { id, conversation, parent, input, nowMs }: UserRowInput): MessageRow => ({
  ...blank,
  id,
  ownerId: scope.userId,
  brainId: scope.brainId,
  conversationId: conversation.id,
  ...below(parent),
  turnId: null,
  role: 'user',
  source: input.source,
  channel: input.channel,
  text: input.text,
  status: 'complete',
  tokenEstimate: estimateTokens(input.text),
  createdAt: nowMs,
})

type AssistantRowInput = {
  readonly id: MessageId
  readonly parent: MessageRow
  readonly row: TurnRow
  readonly answerer: FoundAnswerer
}

/** The place of an answer that is still to be written. */
export function assistantRow({ id, parent, row, answerer }: AssistantRowInput): MessageRow {
  return {
    ...parent,
    ...blank,
    ...below(parent),
    id,
    turnId: row.id,
    role: 'assistant',
    source: typeof answerer === 'object' ? answerer.model.provider : 'hearth',
    text: '',
    model: row.model,
    quality: row.quality,
    status: 'streaming',
    tokenEstimate: 0,
    createdAt: row.createdAt,
  }
}

/** The first line of a message, cut at a word, as the name of its conversation. */
export function titleOf(text: string): string {
  const line = text.trim().split('\n', 1)[0]?.replace(/\s+/gu, ' ').trim() ?? ''
  if (line.length <= titleLength) return line
  const cut = line.slice(0, titleLength)
  const word = cut.lastIndexOf(' ')
  return `${(word > titleLength / 2 ? cut.slice(0, word) : cut).toWellFormed().replace(/\uFFFD$/u, '')}…`
}
