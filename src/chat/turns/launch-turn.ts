import type { Clock, Scope } from '../../core/index.ts'
import type { Answerer, AnswerRequest } from '../answering/answer.ts'
import type { Candidate } from '../answering/context.ts'
import { estimateTokens } from '../answering/tokens.ts'
import type { MessageStore } from '../conversations/message-store.ts'
import type { Feed } from '../feed.ts'
import type { Message } from '../schema.ts'
import type { ConversationRow, MessageRow, TurnRow } from '../tables.ts'
import { createLiveTurn, type LiveTurns } from './live-turn.ts'
import type { AcceptedTurn } from './run-turn.ts'
import type { TurnOptions } from './turn-row.ts'
import { presentTurn } from './turn-store.ts'

export type HistoryOptions = {
  /** Most messages of history that are sent, the question among them. */
  readonly maxMessages: number
  /** How far back history reaches in the home conversation, and in every other; undefined: no limit. */
  readonly homeWindowMs: number | undefined
  readonly windowMs: number | undefined
}

export type LaunchDeps = {
  readonly messages: MessageStore
  readonly live: LiveTurns
  readonly feed: Feed
  readonly resolve: (model: string | undefined) => Answerer | undefined
  /** The operator's prompts, in their order: identity, format, `SYSTEM_PROMPT`. */
  readonly operatorPrompts: readonly string[]
  readonly run: (scope: Scope, turn: AcceptedTurn) => Promise<void>
  readonly clock: Clock
}

export type LaunchInput = {
  readonly conversation: ConversationRow
  readonly row: TurnRow
  readonly assistant: MessageRow
  /** The newest message that the model is given. */
  readonly question: MessageRow
  readonly userMessage: Message | null
  /** The answer as it begins. */
  readonly message: Message
  readonly input: TurnOptions
  /** Said to the model after the history, and stored nowhere. */
  readonly instruction?: string
}

export type Launch = (scope: Scope, input: LaunchInput) => void

/**
 * Starts the answering of a stored turn: from here on the server owns it.
 * @NOTE waits for nothing: a turn that is stored and not live yet could be neither followed nor stopped.
 */
export const createLaunch = (deps: LaunchDeps, options: HistoryOptions): Launch =>
  function launch(scope, input) {
    const { row, assistant, message } = input
    const live = createLiveTurn({ ownerId: row.ownerId, brainId: row.brainId, turn: presentTurn(row), message })
    deps.live.add(live)
    deps.feed.tell(scope, {
      type: 'conversation-changed',
      conversationId: row.conversationId,
      runningTurnId: row.id,
    })
    const request = () => buildRequest(deps, { scope, input, options })
    void deps.run(scope, { live, row, assistant, userMessage: input.userMessage, request })
  }

type RequestInput = { readonly scope: Scope; readonly input: LaunchInput; readonly options: HistoryOptions }

async function buildRequest(deps: LaunchDeps, { scope, input, options }: RequestInput): Promise<AnswerRequest> {
  const { conversation, question } = input
  const answerer = deps.resolve(input.input.model ?? conversation.model ?? undefined)
  const rows = await deps.messages.pathUp(scope, question.id, options.maxMessages + 1)
  const windowMs = conversation.kind === 'home' ? options.homeWindowMs : options.windowMs
  const { temperature, maxOutputTokens, systemPrompt } = input.input
  const own = systemPrompt ?? conversation.systemPrompt ?? ''
  return {
    answerer,
    system: [...deps.operatorPrompts, own].filter((text) => text.trim() !== '').join('\n\n'),
    candidates: [...instructionOf(input), ...rows.map((row) => candidateOf(row, question))],
    // To go on with an answer, the model must see it, and the question that it answers.
    fixedCount: input.instruction === undefined ? 1 : 3,
    limits: {
      maxMessages: options.maxMessages,
      sinceMs: windowMs === undefined ? undefined : deps.clock.now().getTime() - windowMs,
    },
    parameters: { temperature, maxOutputTokens },
  }
}

const instructionOf = ({ instruction }: LaunchInput): Candidate[] =>
  instruction === undefined
    ? []
    : [
        {
          messageId: null,
          role: 'user',
          text: instruction,
          tokens: estimateTokens(instruction),
          createdAt: null,
          countAbove: 0,
          tokensAbove: 0,
          aboveId: null,
        },
      ]

const candidateOf = (row: MessageRow, question: MessageRow): Candidate => ({
  messageId: row.id,
  role: row.role === 'assistant' ? 'assistant' : 'user',
  text: row.status === 'streaming' && row.id !== question.id ? '' : row.text,
  tokens: row.tokenEstimate,
  createdAt: row.createdAt,
  countAbove: row.depth,
  tokensAbove: row.tokensAbove,
  aboveId: row.parentMessageId,
})
