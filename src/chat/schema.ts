import { z } from 'zod'
import { type Id, problems } from '../core/index.ts'

export type ConversationId = Id<'conversation'>
export type MessageId = Id<'message'>
export type TurnId = Id<'turn'>

const idOf = <Kind extends string>() => z.uuid() as unknown as z.ZodType<Id<Kind>, string>

const instant = z.iso.datetime().describe('UTC, ISO 8601')
const maxTextLength = 200_000

export const conversationIdSchema = idOf<'conversation'>()
export const messageIdSchema = idOf<'message'>()
export const turnIdSchema = idOf<'turn'>()

const usageSchema = z
  .object({ inputTokens: z.int(), outputTokens: z.int(), estimated: z.boolean() })
  .meta({ id: 'Usage', description: 'Tokens as the provider counted them; `estimated` when it sent none.' })

export const conversationSchema = z
  .object({
    id: z.string(),
    title: z.string().describe('Empty until the first message names it.'),
    kind: z.enum(['home', 'plain']).describe('`home` is the one merged conversation that every owner has.'),
    systemPrompt: z.string().nullable(),
    model: z.string().nullable().describe('The model chosen for this conversation; null follows the default.'),
    headMessageId: z.string().nullable().describe('The last message of the branch that is shown.'),
    runningTurnId: z.string().nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Conversation' })

export const citationSchema = z
  .object({ messageId: z.string(), conversationId: z.string(), start: z.int(), end: z.int(), text: z.string() })
  .meta({ id: 'Citation', description: 'A quoted passage; offsets are UTF-16 into the quoted message.' })

export const messageSchema = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    parentMessageId: z.string().nullable(),
    role: z.enum(['user', 'assistant', 'event', 'tool', 'system']),
    source: z.string().describe('Who brought it: `web-chat`, `openai`, `ollama`, …'),
    channel: z.string(),
    text: z.string(),
    reasoning: z.string(),
    citations: z.array(citationSchema),
    model: z.string().nullable(),
    quality: z.enum(['full', 'demo', 'extractive']).nullable(),
    usage: usageSchema.nullable(),
    status: z
      .enum(['complete', 'streaming', 'stopped', 'interrupted', 'failed'])
      .describe('`interrupted`: the server stopped in mid-answer; what had been shown is kept and can be continued.'),
    problemCode: z.enum(Object.keys(problems) as [keyof typeof problems]).nullable(),
    turnId: z.string().nullable(),
    siblings: z
      .array(z.string())
      .describe('Ids of all versions at this place, oldest first, this one among them: the branches.'),
    createdAt: instant.describe('When it came; of an answer, when it ended.'),
  })
  .meta({ id: 'Message' })

export const turnSchema = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    userMessageId: z.string().nullable(),
    assistantMessageId: z.string(),
    status: z.enum(['running', 'complete', 'stopped', 'interrupted', 'failed']),
    model: z.string().nullable(),
    createdAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Turn' })

const partSchema = z
  .object({
    kind: z.enum(['system', 'history', 'message', 'reserve']),
    messageId: z.string().optional(),
    tokens: z.int(),
  })
  .meta({ id: 'ContextPart' })

const omissionSchema = z
  .object({
    reason: z.enum(['token-budget', 'message-limit', 'time-window', 'no-text']),
    count: z.int(),
    tokens: z.int(),
    newestMessageId: z.string().nullable().describe('The newest of them; null where the caller brought the messages.'),
  })
  .meta({ id: 'ContextOmission', description: 'Messages that were left out, and why.' })

export const contextSchema = z
  .object({
    id: z.string(),
    model: z.string(),
    contextTokens: z.int(),
    reservedTokens: z.int().describe('Kept free for the answer.'),
    inputTokens: z.int(),
    estimated: z.boolean(),
    parts: z.array(partSchema),
    omitted: z.array(omissionSchema),
  })
  .meta({ id: 'Context', description: 'What the model was given, and what was left out.' })

const problemEventSchema = z.object({
  code: z.enum(Object.keys(problems) as [keyof typeof problems]),
  status: z.int(),
  title: z.string(),
  detail: z.string().optional(),
  retryable: z.boolean(),
  retryAfterMs: z.int().optional(),
})

/** The one stream of a turn. Events are numbered from 1 within the turn; native SSE sends the number as `id`. */
export const turnEventSchema = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('turn-start'),
      turn: turnSchema,
      userMessage: messageSchema.nullable(),
      message: messageSchema.describe('The answer as it stands; text-deltas are appended to its text.'),
    }),
    z.object({ type: z.literal('context'), context: contextSchema }),
    z.object({ type: z.literal('text-delta'), text: z.string() }),
    z.object({ type: z.literal('reasoning-delta'), text: z.string() }),
    z.object({ type: z.literal('citation'), citation: citationSchema }),
    z.object({ type: z.literal('usage'), usage: usageSchema }),
    z.object({ type: z.literal('problem'), problem: problemEventSchema }),
    z.object({
      type: z.literal('turn-end'),
      status: turnSchema.shape.status,
      finishReason: z.enum(['stop', 'length']).nullable(),
      message: messageSchema,
    }),
  ])
  .meta({ id: 'TurnEvent' })

export const createConversationSchema = z
  .object({
    title: z.string().trim().max(200).optional(),
    systemPrompt: z.string().max(100_000).optional(),
    model: z.string().max(200).optional(),
  })
  .meta({ id: 'CreateConversation' })

export const updateConversationSchema = z
  .object({
    title: z.string().trim().min(1).max(200).optional(),
    systemPrompt: z.string().max(100_000).nullable().optional(),
    model: z.string().max(200).nullable().optional(),
    headMessageId: messageIdSchema.optional().describe('Shows the branch that this message belongs to.'),
  })
  .meta({ id: 'UpdateConversation' })

const answerOptions = {
  model: z.string().max(200).optional(),
  systemPrompt: z.string().max(100_000).optional().describe('For this message only.'),
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).max(1_000_000).optional(),
  stream: z.boolean().default(false).describe('Answer with the event stream instead of the finished turn.'),
}

export const messageTextSchema = z
  .string()
  .max(maxTextLength)
  .refine((text) => text.trim() !== '', 'is empty')
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'holds characters that no text has')

export const startTurnSchema = z
  .object({
    text: messageTextSchema,
    parentMessageId: messageIdSchema
      .nullable()
      .optional()
      .describe(
        'The message to answer after. Left out: the end of the shown branch. Null: the very start. Editing a message is asking again after its parent.',
      ),
    ...answerOptions,
  })
  .meta({ id: 'StartTurn' })

export const repeatTurnSchema = z.object(answerOptions).meta({ id: 'RepeatTurn' })

export const answerSchema = z
  .object({ turn: turnSchema, userMessage: messageSchema.nullable(), message: messageSchema })
  .meta({ id: 'Answer' })

export type Conversation = z.output<typeof conversationSchema>
export type Message = z.output<typeof messageSchema>
export type Turn = z.output<typeof turnSchema>
export type TurnEvent = z.output<typeof turnEventSchema>
export type Context = z.output<typeof contextSchema>
export type CreateConversation = z.output<typeof createConversationSchema>
export type UpdateConversation = z.output<typeof updateConversationSchema>
export type ContextOmission = z.output<typeof omissionSchema>
export type ContextPart = z.output<typeof partSchema>
export type Citation = z.output<typeof citationSchema>
export type Answer = z.output<typeof answerSchema>
export type StartTurn = z.output<typeof startTurnSchema>
export type RepeatTurn = z.output<typeof repeatTurnSchema>
