import { z } from 'zod'
import type { Chat } from '../../chat/index.ts'
import { type Clock, ProblemError, within } from '../../core/index.ts'
import { defineRoute, type Route, reply, streamOf } from '../../http/index.ts'
import type { Model } from '../../providers/index.ts'
import { chunksOf, gather, headOf, type OpenedCompletion, openCompletion } from './completion.ts'
import { renderOpenAiProblem } from './problem.ts'
import { type CompletionRequest, completionSchema, ignoredParameters, textOf } from './schema.ts'

export { renderOpenAiProblem } from './problem.ts'

export type OpenAiDeps = {
  readonly complete: Chat['complete']
  readonly models: () => readonly Model[]
  readonly clock: Clock
}

const renderProblem = renderOpenAiProblem

const modelSchema = z
  .object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })
  .meta({ id: 'OpenAiModel' })

const presentModel = ({ id, provider }: Model) => ({ id, object: 'model' as const, created: 0, owned_by: provider })

/**
 * OpenAI's protocol: models and chat completions. The client's history is authoritative and nothing of it is kept;
 * closing the socket closes the provider's.
 * @see https://platform.openai.com/docs/api-reference/chat
 */
export const createOpenAiDialect = (deps: OpenAiDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/v1/models',
    access: 'models:read',
    summary: 'List models',
    tag: 'OpenAI',
    renderProblem,
    replies: { 200: z.object({ object: z.literal('list'), data: z.array(modelSchema) }) },
    handler: async () => ({ object: 'list', data: deps.models().map(presentModel) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/models/{model}',
    access: 'models:read',
    summary: 'Read one model',
    tag: 'OpenAI',
    renderProblem,
    params: z.object({ model: z.string() }),
    replies: { 200: modelSchema },
    handler: async ({ params }) => {
      const model = deps.models().find(({ id, name }) => id === params.model || name === params.model)
      if (model === undefined)
        throw new ProblemError('model-not-found', { detail: `There is no model ${params.model}.` })
      return presentModel(model)
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/chat/completions',
    access: 'conversations:write',
    summary: 'Complete a chat',
    tag: 'OpenAI',
    renderProblem,
    body: completionSchema,
    replies: { 200: z.looseObject({}).meta({ id: 'OpenAiChatCompletion' }) },
    handler: async ({ scope, body, signal, transport }) => {
      const completion = await openCompletion(deps.complete(within(scope, { signal }), inputOf(body)))
      const head = headOf(completion, deps.clock.now)
      const headers = headersOf(body, completion)
      if (body.stream !== true) return reply(200, await gather(head, completion), headers)
      const includeUsage = body.stream_options?.include_usage === true
      return streamOf(chunksOf(head, completion, { includeUsage, requestId: transport.requestId }), headers)
    },
  }),
]

const inputOf = (body: CompletionRequest): Parameters<Chat['complete']>[1] => ({
  model: body.model,
  messages: body.messages.map(({ role, content }) => ({
    role: role === 'developer' ? ('system' as const) : role,
    text: textOf(content),
  })),
  parameters: {
    temperature: body.temperature ?? undefined,
    topP: body.top_p ?? undefined,
    maxOutputTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    stop: typeof body.stop === 'string' ? [body.stop] : (body.stop ?? undefined),
    seed: body.seed ?? undefined,
  },
})

function headersOf(body: CompletionRequest, completion: OpenedCompletion): Record<string, string> {
  const ignored = ignoredParameters(body)
  return {
    'Hearth-Model': encodeURI(completion.model.id),
    ...(completion.omittedCount > 0 && { 'Hearth-Context-Omitted': String(completion.omittedCount) }),
    ...(ignored !== undefined && { 'Hearth-Ignored-Parameters': ignored }),
  }
}
