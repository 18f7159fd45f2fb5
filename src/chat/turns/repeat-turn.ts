import { type Clock, createId, ProblemError, type Scope } from '../../core/index.ts'
import type { WriteTransaction } from '../../storage/index.ts'
import type { Answerer } from '../answering/answer.ts'
import type { ConversationStore } from '../conversations/conversation-store.ts'
import type { MessageStore } from '../conversations/message-store.ts'
import { defined } from '../defined.ts'
import type { Message, MessageId, TurnId } from '../schema.ts'
import type { ConversationRow, MessageRow, TurnRow } from '../tables.ts'
import { type AcceptTurn, assertNoneRunning } from './accept-turn.ts'
import { type Claim, claimTurn } from './claim-turn.ts'
import type { Launch } from './launch-turn.ts'
import { assistantRow } from './start-turn.ts'
import { assertModel, createTurnRow, findAnswerer, type TurnOptions } from './turn-row.ts'
import type { TurnStore } from './turn-store.ts'

export type RepeatTurnInput = TurnOptions & {
  readonly messageId: MessageId
  /** The same key and the same input give the same turn, whoever repeats it. */
  readonly idempotencyKey?: string | undefined
}

export type RepeatTurnDeps = {
  readonly acceptTurn: AcceptTurn
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly turns: TurnStore
  readonly resolve: (model: string | undefined) => Answerer | undefined
  readonly claim: Claim
  readonly launch: Launch
  readonly detectLanguage: (text: string) => string
  readonly clock: Clock
}

type Repeated = {
  readonly conversation: ConversationRow
  readonly row: TurnRow
  readonly assistant: MessageRow
  readonly question: MessageRow
  readonly message: Message
  /** What was said of how to answer: now, else when it was first asked. */
  readonly input: TurnOptions
}

/** Begun by an earlier request with the same key. */
type Begun = { readonly turnId: TurnId }

const continueInstructions = {
  en: 'Your last answer was cut off. Continue it exactly where it stops: repeat nothing and add no remark.',
  sv: 'Ditt senaste svar bröts av. Fortsätt exakt där det slutar: upprepa inget och lägg inte till någon kommentar.',
} as const

/**
 * Answers a question once more. `regenerate` writes a new version beside the old answer; `continueAnswer` goes on with
 * one that was interrupted, stopped or failed, in its place.
 * @throws ProblemError `not-found`, `turn-running`, `conflict` when the message has no answer to repeat or to continue
 */
export function createRepeatTurn(deps: RepeatTurnDeps) {
  const regenerate = async (scope: Scope, input: RepeatTurnInput): Promise<TurnId> => {
    assertModel(deps.resolve, input)
    const repeated = await deps.acceptTurn(scope, (tx) => acceptRegenerate(deps, { tx, scope, input }))
    if ('turnId' in repeated) return repeated.turnId
    deps.launch(scope, { ...repeated, userMessage: null })
    return repeated.row.id
  }

  const continueAnswer = async (scope: Scope, input: RepeatTurnInput): Promise<TurnId> => {
    assertModel(deps.resolve, input)
    const repeated = await deps.acceptTurn(scope, (tx) => acceptContinue(deps, { tx, scope, input }))
    if ('turnId' in repeated) return repeated.turnId
    const { text } = repeated.assistant
    const instruction = continueInstructions[deps.detectLanguage(text) === 'sv' ? 'sv' : 'en']
    const more = text.trim() === '' ? {} : { instruction }
    deps.launch(scope, { ...repeated, userMessage: null, ...more })
    return repeated.row.id
  }

  return { regenerate, continueAnswer }
}

type RepeatIn = { readonly tx: WriteTransaction; readonly scope: Scope; readonly input: RepeatTurnInput }

async function findAnswer(deps: RepeatTurnDeps, repeat: RepeatIn) {
  const { tx, scope, input } = repeat
  const message = await deps.messages.findIn(tx, scope, input.messageId)
  if (message === undefined) throw new ProblemError('not-found', { detail: 'There is no such message.' })
  if (message.role !== 'assistant' || message.parentMessageId === null) {
    throw new ProblemError('conflict', { detail: 'Only an answer can be repeated or continued.' })
  }
  const nowMs = deps.clock.now().getTime()
  const change = { id: message.conversationId, patch: { updatedAt: nowMs } }
  const conversation = await deps.conversations.update(tx, scope, change)
  const parent = await deps.messages.findIn(tx, scope, message.parentMessageId)
  if (conversation === undefined || parent === undefined) throw new ProblemError('not-found')
  await assertNoneRunning(deps.turns, tx, { scope, conversationId: conversation.id })
  const first = message.turnId === null ? undefined : await deps.turns.find(scope, message.turnId)
  const { model, temperature, maxOutputTokens, systemPrompt } = repeat.input
  const asked = {
    ...(JSON.parse(first?.parameters ?? '{}') as TurnOptions),
    ...defined({ model, temperature, maxOutputTokens, systemPrompt }),
  }
  return { message, parent, conversation, nowMs, asked }
}

async function acceptRegenerate(deps: RepeatTurnDeps, repeat: RepeatIn): Promise<Repeated | Begun> {
  const { tx, scope } = repeat
  const turnId = createId<'turn'>()
  const begun = await claimTurn(deps.claim, { ...repeat, turnId })
  if (begun !== undefined) return { turnId: begun }
  const { parent, conversation, nowMs, asked: input } = await findAnswer(deps, repeat)
  const answerer = findAnswerer(deps.resolve, { input, conversation })
  const id = createId<'message'>(nowMs)
  const row = createTurnRow(scope, {
    id: turnId,
    conversation,
    kind: 'regenerate',
    userMessageId: parent.id,
    assistantMessageId: id,
    answerer,
    input,
    nowMs,
  })
  const assistant = assistantRow({ id, parent, row, answerer })
  await deps.messages.insert(tx, [assistant])
  await deps.turns.insert(tx, row)
  await deps.conversations.update(tx, scope, { id: conversation.id, patch: { headMessageId: id } })
  const [message] = (await deps.messages.presentIn(tx, scope, [assistant])) as [Message]
  return { conversation, row, assistant, question: parent, message, input }
}

async function acceptContinue(deps: RepeatTurnDeps, repeat: RepeatIn): Promise<Repeated | Begun> {
  const { tx, scope } = repeat
  const turnId = createId<'turn'>()
  const begun = await claimTurn(deps.claim, { ...repeat, turnId })
  if (begun !== undefined) return { turnId: begun }
  const { message, parent, conversation, nowMs, asked: input } = await findAnswer(deps, repeat)
  if (message.status === 'complete') {
    throw new ProblemError('conflict', { detail: 'This answer is complete.' })
  }
  const answerer = findAnswerer(deps.resolve, { input, conversation })
  const row = createTurnRow(scope, {
    id: turnId,
    conversation,
    kind: 'continue',
    userMessageId: parent.id,
    assistantMessageId: message.id,
    answerer,
    input,
    nowMs,
  })
  const { model, quality } = row
  const patch = { status: 'streaming', turnId: row.id, problemCode: null, model, quality } as const
  await deps.messages.update(tx, scope, { id: message.id, patch })
  await deps.turns.insert(tx, row)
  const question = message.text.trim() === '' ? parent : message
  const assistant = { ...message, ...patch }
  const [shown] = (await deps.messages.presentIn(tx, scope, [assistant])) as [Message]
  return { conversation, row, assistant, question, message: shown, input }
}
