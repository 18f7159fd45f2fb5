import { z } from 'zod'

const partSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
])

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.array(partSchema).max(1_000)]).nullish(),
})

/**
 * A chat completion request as far as it is understood; whatever else a client sends is accepted and named in a header
 * of the reply.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export const completionSchema = z
  .looseObject({
    model: z.string().max(200).optional(),
    messages: z.array(messageSchema).min(1).max(10_000),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    max_tokens: z.int().min(1).nullish(),
    max_completion_tokens: z.int().min(1).nullish(),
    stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
    seed: z.int().nullish(),
    n: z.literal(1).nullish(),
    user: z.string().optional(),
  })
  .meta({ id: 'OpenAiChatCompletionRequest' })

export type CompletionRequest = z.output<typeof completionSchema>

const known = new Set(Object.keys(completionSchema.shape))

const maxNamed = 20

/**
 * The parameters of a request that have no effect here, as one line for a header: the first 20 by name, and how many more
 * there are. Names that a header cannot bear are counted only. Undefined when there are none.
 */
export function ignoredParameters(request: CompletionRequest): string | undefined {
  const ignored = Object.keys(request).filter((name) => !known.has(name))
  const named = ignored.filter((name) => /^[\w-]{1,64}$/.test(name)).slice(0, maxNamed)
  const more = ignored.length - named.length
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ') || undefined
}

/** The text of a message's content, whichever of its forms it has. */
export function textOf(content: CompletionRequest['messages'][number]['content']): string {
  if (content === null || content === undefined) return ''
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : part.refusal)).join('')
}
