import { ProblemError, type Scope } from '../../core/index.ts'
import { type Answerer, describeAnswerer } from '../answering/answer.ts'
import type { MessageId, RepeatTurn, TurnId } from '../schema.ts'
import type { ConversationRow, TurnRow } from '../tables.ts'

/** What a caller may say of how a turn is answered. */
export type TurnOptions = Omit<RepeatTurn, 'stream'>

type TurnRowInput = {
  readonly id: TurnId
  readonly conversation: ConversationRow
  readonly kind: TurnRow['kind']
  readonly userMessageId: MessageId | null
  readonly assistantMessageId: MessageId
  readonly answerer: Answerer | undefined
  readonly input: TurnOptions
  readonly nowMs: number
}

/** A turn that begins now. */
export function createTurnRow(scope: Scope, input: TurnRowInput): TurnRow {
  const { id: model, quality } = describeAnswerer(input.answerer)
  const { temperature, maxOutputTokens, systemPrompt } = input.input
  return {
    id: input.id,
    ownerId: scope.userId,
    brainId: scope.brainId,
    conversationId: input.conversation.id,
    userMessageId: input.userMessageId,
    assistantMessageId: input.assistantMessageId,
    kind: input.kind,
    status: 'running',
    model,
    quality,
    parameters: JSON.stringify({ temperature, maxOutputTokens, systemPrompt }),
    problemCode: null,
    createdAt: input.nowMs,
    endedAt: null,
  }
}

/** Who answers. A model that the conversation names but that is gone is the turn's own failure, told in its stream. */
export function findAnswerer(
  resolve: (model: string | undefined) => Answerer | undefined,
  { input, conversation }: { readonly input: TurnOptions; readonly conversation: ConversationRow },
): Answerer | undefined {
  try {
    return resolve(input.model ?? conversation.model ?? undefined)
  } catch {
    return undefined
  }
}

/** Refuses a model that does not exist before anything is stored; one that is only out of reach fails in its turn. */
export function assertModel(resolve: (model: string | undefined) => unknown, { model }: TurnOptions): void {
  if (model === undefined) return
  try {
    resolve(model)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code === 'model-not-found') throw error
  }
}
