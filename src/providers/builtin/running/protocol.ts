import { z } from 'zod'
import { type ProblemCode, problems } from '../../../core/index.ts'

/** What the server and the worker process say to each other. `id` numbers the answers of one worker. */
const count = z.number().int().nonnegative()

const toWorker = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('load'),
    enginePath: z.string(),
    modelPath: z.string(),
    sha256: z.string(),
    threads: count.min(1),
    contextTokens: count.min(1),
  }),
  z.object({
    type: z.literal('generate'),
    id: count,
    messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), text: z.string() })).readonly(),
    contextTokens: count,
    maxOutputTokens: count.optional(),
    temperature: z.number().optional(),
    topP: z.number().optional(),
    seed: count.optional(),
    stop: z.array(z.string()).readonly(),
  }),
  z.object({ type: z.literal('abort'), id: count }),
])

const problemCode = z.custom<ProblemCode>((value) => typeof value === 'string' && Object.hasOwn(problems, value))

const fromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loaded'), contextTokens: count }),
  z.object({ type: z.literal('token'), id: count, text: z.string() }),
  z.object({
    type: z.literal('done'),
    id: count,
    reason: z.enum(['stop', 'length', 'aborted']),
    inputTokens: count,
    outputTokens: count,
  }),
  z.object({ type: z.literal('error'), id: count.optional(), code: problemCode, detail: z.string() }),
])

export type ToWorker = z.infer<typeof toWorker>
export type FromWorker = z.infer<typeof fromWorker>

/** @throws ZodError when the message is none of the protocol's */
export const parseToWorker = (message: unknown): ToWorker => toWorker.parse(message)
/** @throws ZodError when the message is none of the protocol's */
export const parseFromWorker = (message: unknown): FromWorker => fromWorker.parse(message)
