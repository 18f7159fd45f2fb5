import { ProblemError, type Scope } from '../../core/index.ts'
import type { Model } from '../../providers/index.ts'
import { type AnswerEvent, type Answerer, type AnswerRequest, describeAnswerer, type Parameters } from './answer.ts'
import type { Candidate } from './context.ts'
import { estimateTokens } from './tokens.ts'

export type CompleteInput = {
  readonly model: string | undefined
  /** The caller's own history, oldest first; it is all that the model is given beside the operator's prompts. */
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly text: string }[]
  readonly parameters: Parameters
}

export type Completion = {
  readonly model: Pick<Model, 'id' | 'quality'>
  readonly events: AsyncIterable<AnswerEvent>
}

export type CompleteDeps = {
  readonly resolve: (model: string | undefined) => Answerer | undefined
  readonly answer: (scope: Scope, request: AnswerRequest) => AsyncIterable<AnswerEvent>
  readonly operatorPrompts: readonly string[]
}

/**
 * Answers a history that the caller brings, and keeps nothing of it: no message, no turn. Aborting the scope's signal
 * closes the provider's socket.
 * @throws ProblemError `model-not-found`, `invalid-request` when there is nothing to answer
 */
export const createComplete = (deps: CompleteDeps) =>
  function complete(scope: Scope, input: CompleteInput): Completion {
    const answerer = deps.resolve(input.model)
    const said = input.messages.filter(({ role }) => role !== 'system')
    if (said.length === 0) {
      throw new ProblemError('invalid-request', { errors: [{ field: 'messages', message: 'holds nothing to answer' }] })
    }
    const own = input.messages.filter(({ role }) => role === 'system').map(({ text }) => text)
    const request: AnswerRequest = {
      answerer,
      system: [...deps.operatorPrompts, ...own].filter((text) => text.trim() !== '').join('\n\n'),
      candidates: candidatesOf(said),
      fixedCount: 1,
      limits: { maxMessages: Number.POSITIVE_INFINITY, sinceMs: undefined },
      parameters: input.parameters,
    }
    return { model: describeAnswerer(answerer), events: deps.answer(scope, request) }
  }

function candidatesOf(said: CompleteInput['messages']): Candidate[] {
  let tokensAbove = 0
  return said
    .map(({ role, text }, index) => {
      const tokens = estimateTokens(text)
      const candidate: Candidate = {
        messageId: null,
        role: role === 'assistant' ? 'assistant' : 'user',
        text,
        tokens,
        createdAt: null,
        countAbove: index,
        tokensAbove,
        aboveId: null,
      }
      tokensAbove += tokens
      return candidate
    })
    .reverse()
}
