import { z } from 'zod'
import { isNoneOr, isRecord, isText } from '../narrow.ts'

/** @see https://github.com/ollama/ollama/blob/main/docs/api.md */
export const tagsSchema = z.object({
  models: z
    .array(
      z.object({
        name: z.string().min(1),
        size: z.number().optional(),
        digest: z.string().optional(),
        details: z.object({ family: z.string().nullish(), families: z.array(z.string()).nullish() }).nullish(),
      }),
    )
    .nullable(),
})

export type Tag = NonNullable<z.output<typeof tagsSchema>['models']>[number]

export const showSchema = z.object({
  model_info: z.record(z.string(), z.unknown()).nullish(),
  capabilities: z.array(z.string()).nullish(),
})

export const errorSchema = z.object({ error: z.string() })

const count = z.number().int().nonnegative()

/** One line of `/api/chat`: a piece of the message, or the last line with the counts. */
export const lineSchema = z.union([
  errorSchema,
  z.object({
    done: z.literal(false),
    message: z.object({ content: z.string().nullish(), thinking: z.string().nullish() }),
  }),
  z.object({
    done: z.literal(true),
    message: z.object({ content: z.string().nullish(), thinking: z.string().nullish() }).nullish(),
    done_reason: z.string().nullish(),
    prompt_eval_count: count.nullish(),
    eval_count: count.nullish(),
  }),
])

export type Line = Exclude<z.output<typeof lineSchema>, { error: string }>

/** Whether it is a piece of the message, as every line but the last is; the schema tells what else it may be. */
export const isPiece = (value: unknown): value is Extract<Line, { done: false }> =>
  isRecord(value) &&
  value.done === false &&
  typeof value.error !== 'string' &&
  isRecord(value.message) &&
  isNoneOr(value.message.content, isText) &&
  isNoneOr(value.message.thinking, isText)
