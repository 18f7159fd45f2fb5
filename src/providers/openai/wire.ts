import { z } from 'zod'
import { isCount, isNoneOr, isRecord, isText } from '../narrow.ts'

const errorObject = z.object({
  message: z.string().nullish(),
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
})

/** `{ "error": … }`, as an object with a message or as a plain text; vLLM's older form has no wrapper. */
const errorSchema = z.union([
  z.object({ error: z.union([errorObject, z.string()]) }),
  z.object({ object: z.literal('error'), ...errorObject.shape }).transform((error) => ({ error })),
  z.object({ detail: z.string() }).transform(({ detail }) => ({ error: detail })),
])

export const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      owned_by: z.string().nullish(),
      max_model_len: z.number().int().positive().nullish(),
      context_length: z.number().int().positive().nullish(),
      meta: z.object({ n_ctx_train: z.number().nullish(), size: z.number().nullish() }).nullish(),
    }),
  ),
})

/** llama.cpp's `/props`: the window it was started with. */
export const propsSchema = z.object({
  default_generation_settings: z.object({ n_ctx: z.number().int().positive() }),
})

const count = z.number().int().nonnegative()

/** @see https://platform.openai.com/docs/api-reference/chat-streaming */
export const chunkSchema = z.object({
  object: z.string().nullish(),
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        delta: z
          .object({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            reasoning_content: z.string().nullish(),
            reasoning: z.string().nullish(),
          })
          .nullish(),
        /** A whole message belongs to a reply that does not stream: to take it for a piece would lose its text. */
        message: z.never().optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: count, completion_tokens: count.nullish() }).nullish(),
  timings: z.object({ cache_n: count.nullish(), prompt_n: count.nullish(), predicted_n: count.nullish() }).nullish(),
})

export type Chunk = z.output<typeof chunkSchema>

/** Whether the schema takes it, said without building anything; one comes for each token of each answer. */
export const isChunk = (value: unknown): value is Chunk =>
  isRecord(value) &&
  isNoneOr(value.object, isText) &&
  isNoneOr(value.choices, (choices) => Array.isArray(choices) && choices.every(isChoice)) &&
  isNoneOr(value.usage, isUsage) &&
  isNoneOr(value.timings, isTimings)

const isChoice = (value: unknown): boolean =>
  isRecord(value) &&
  isNoneOr(value.index, Number.isFinite) &&
  isNoneOr(value.delta, isDelta) &&
  value.message === undefined &&
  isNoneOr(value.finish_reason, isText)

const isDelta = (value: unknown): boolean =>
  isRecord(value) &&
  isNoneOr(value.content, isText) &&
  isNoneOr(value.refusal, isText) &&
  isNoneOr(value.reasoning_content, isText) &&
  isNoneOr(value.reasoning, isText)

const isUsage = (value: unknown): boolean =>
  isRecord(value) && isCount(value.prompt_tokens) && isNoneOr(value.completion_tokens, isCount)

const isTimings = (value: unknown): boolean =>
  isRecord(value) &&
  isNoneOr(value.cache_n, isCount) &&
  isNoneOr(value.prompt_n, isCount) &&
  isNoneOr(value.predicted_n, isCount)

/** The message and the code of an error in any of the forms in use; `undefined` when it is none. */
export function readError(value: unknown): { message: string; code: string } | undefined {
  if (!mayBeError(value)) return undefined
  const parsed = errorSchema.safeParse(value)
  if (!parsed.success) return undefined
  const { error } = parsed.data
  if (typeof error === 'string') return { message: error, code: '' }
  return { message: error.message ?? '', code: `${error.code ?? error.type ?? ''}` }
}

/** Spares every ordinary chunk the schema, which builds an error for each form that it is not. */
const mayBeError = (value: unknown): boolean =>
  isRecord(value) && (value.error != null || value.detail != null || value.object === 'error')
