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
  readonly answerer: FoundAnswerer
  readonly input: TurnOptions
  readonly nowMs: number
}

/** A turn that begins now. */
export function createTurnRow(scope: Scope, input: TurnRowInput): TurnRow {
  const { model, quality } = nameOf(input.answerer)
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

/** Who answers; nobody when the owner's own words are quoted, `unreachable` when that will be the turn's own failure. */
export type FoundAnswerer = Answerer | 'unreachable' | undefined

function nameOf(answerer: FoundAnswerer): Pick<TurnRow, 'model' | 'quality'> {
  if (answerer === 'unreachable') return { model: null, quality: null }
  const { id, quality } = describeAnswerer(answerer)
  return { model: id, quality }
}

/** Finds who answers. A model that is gone or out of reach is told in the stream of the turn. */
export function findAnswerer(
  resolve: (model: string | undefined) => Answerer | undefined,
  { input, conversation }: { readonly input: TurnOptions; readonly conversation: ConversationRow },
): FoundAnswerer {
  try {
    return resolve(input.model ?? conversation.model ?? undefined)
  } catch {
    return 'unreachable'
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
