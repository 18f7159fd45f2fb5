import type { AnswerEvent, Completion } from '../../chat/index.ts'
import { createId, toProblem } from '../../core/index.ts'
import type { StreamEvent } from '../../http/index.ts'
import { errorBody } from './problem.ts'

type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number }

type Head = { readonly id: string; readonly created: number; readonly model: string }

/** What names a reply: the same in every chunk of it. */
export const headOf = (completion: OpenedCompletion, now: () => Date): Head => ({
  id: `chatcmpl-${createId()}`,
  created: Math.floor(now().getTime() / 1000),
  model: completion.model.id,
})

const noUsage: Usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }

const usageOf = (event: { usage: { inputTokens: number; outputTokens: number } }): Usage => ({
  prompt_tokens: event.usage.inputTokens,
  completion_tokens: event.usage.outputTokens,
  total_tokens: event.usage.inputTokens + event.usage.outputTokens,
})

/** An answer whose model has begun to speak. */
export type OpenedCompletion = {
  readonly model: Completion['model']
  /** How many messages of the client's history did not fit. */
  readonly omittedCount: number
  readonly events: AsyncIterable<AnswerEvent>
}

/**
 * Waits for the first word of an answer, so that a provider which fails before it is still answered with a status of
 * its own, and what was left out can be told in a header.
 */
export async function openCompletion(completion: Completion): Promise<OpenedCompletion> {
  const events = completion.events[Symbol.asyncIterator]()
  let omittedCount = 0
  let first = await events.next()
  while (!first.done && first.value.type === 'composition') {
    omittedCount = first.value.composition.context.omitted.reduce((sum, { count }) => sum + count, 0)
    first = await events.next()
  }
  return { model: completion.model, omittedCount, events: resume(first, events) }
}

async function* resume(
  first: IteratorResult<AnswerEvent>,
  events: AsyncIterator<AnswerEvent>,
): AsyncGenerator<AnswerEvent> {
  try {
    for (let step = first; !step.done; step = await events.next()) yield step.value
  } finally {
    await events.return?.()
  }
}

/** Gathers an answer into one `chat.completion`. */
export async function gather(head: Head, completion: OpenedCompletion) {
  let content = ''
  let reasoning = ''
  let usage = noUsage
  let finishReason: string | null = null
  for await (const event of completion.events) {
    if (event.type === 'text-delta') content += event.text
    else if (event.type === 'reasoning-delta') reasoning += event.text
    else if (event.type === 'usage') usage = usageOf(event)
    else if (event.type === 'finish') finishReason = event.reason
  }
  const message = {
    role: 'assistant',
    content,
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
  }
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage,
  }
}

/** Streams an answer as chunks, then `[DONE]`. A failure in mid-stream is an `error` frame, as OpenAI sends it. */
export async function* chunksOf(
  head: Head,
  completion: OpenedCompletion,
  options: { readonly includeUsage: boolean; readonly requestId: string },
): AsyncGenerator<StreamEvent> {
  const base = { ...head, object: 'chat.completion.chunk', ...(options.includeUsage && { usage: null }) }
  const chunk = (delta: object, finishReason: string | null = null): StreamEvent => ({
    data: { ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] },
  })
  let usage = noUsage
  yield chunk({ role: 'assistant', content: '' })
  try {
    for await (const event of completion.events) {
      if (event.type === 'text-delta') yield chunk({ content: event.text })
      else if (event.type === 'reasoning-delta') yield chunk({ reasoning_content: event.text })
      else if (event.type === 'usage') usage = usageOf(event)
      else if (event.type === 'finish') yield chunk({}, event.reason)
    }
    if (options.includeUsage) yield { data: { ...base, choices: [], usage } }
    yield { data: '[DONE]' }
  } catch (error) {
    yield { data: errorBody(toProblem(error, { requestId: options.requestId })) }
  }
}
