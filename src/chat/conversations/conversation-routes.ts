import { z } from 'zod'
import { defineRoute, type Route, reply, type StreamEvent, streamOf } from '../../http/index.ts'
import type { Feed, FeedEvent } from '../feed.ts'
import {
  contextSchema,
  conversationIdSchema,
  conversationSchema,
  createConversationSchema,
  messageIdSchema,
  messageSchema,
  updateConversationSchema,
} from '../schema.ts'
import type { Conversations } from './conversations.ts'
import type { Messages } from './messages.ts'

const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() })
const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual)
const byId = z.object({ conversationId: conversationIdSchema })
const byMessage = z.object({ messageId: messageIdSchema })

const feedEventSchema = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('conversation-changed'),
      conversationId: z.string(),
      runningTurnId: z.string().nullable(),
    }),
    z.object({ type: z.literal('conversation-deleted'), conversationId: z.string() }),
    z.object({ type: z.literal('models-changed') }),
  ])
  .meta({ id: 'FeedEvent' })

const contextRecordSchema = z
  .object({
    id: z.string(),
    turnId: z.string(),
    context: contextSchema.omit({ id: true }),
    messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), text: z.string() })),
    parameters: z.record(z.string(), z.unknown()),
    requestHash: z.string(),
    timings: z.object({ firstTokenMs: z.int().nullable(), totalMs: z.int() }),
  })
  .meta({ id: 'ContextRecord', description: 'The whole of what the model was given for an answer.' })

const windowSchema = z
  .object({
    limit: limit(200, 50),
    before: messageIdSchema.optional().describe('Only messages above this one: older ones.'),
    after: messageIdSchema.optional().describe('Only messages below this one: newer ones.'),
    around: messageIdSchema.optional().describe('A window with this message in its middle.'),
  })
  .refine(({ before, after, around }) => [before, after, around].filter((id) => id !== undefined).length <= 1, {
    message: 'only one of before, after and around can be given',
    path: ['around'],
  })

type Deps = { readonly conversations: Conversations; readonly messages: Messages; readonly feed: Feed }

/** Conversations and their messages, natively. */
export const createConversationRoutes = (deps: Deps): Route[] => [
  ...listRoutes(deps),
  ...singleRoutes(deps),
  ...messageRoutes(deps),
  defineRoute({
    method: 'get',
    path: '/api/v2/events',
    access: 'conversations:read',
    summary: 'Follow what changes: conversations, and which models there are',
    tag: 'events',
    replies: { 200: 'stream' },
    events: feedEventSchema,
    handler: ({ scope, signal }) => ({ ...streamOf(framesOf(deps.feed.follow(scope, signal))), endless: true }),
  }),
]

async function* framesOf(events: AsyncIterable<FeedEvent>): AsyncGenerator<StreamEvent> {
  for await (const event of events) yield { event: event.type, data: event }
}

const listRoutes = ({ conversations }: Deps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/v2/conversations',
    access: 'conversations:read',
    summary: 'List conversations, the last changed first',
    tag: 'conversations',
    query: z.object({ limit: limit(200, 50), cursor: z.string().max(100).optional() }),
    replies: { 200: pageOf(conversationSchema) },
    handler: async ({ scope, query }) => conversations.list(scope, query),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v2/conversations',
    access: 'conversations:write',
    summary: 'Begin a conversation',
    tag: 'conversations',
    body: createConversationSchema,
    replies: { 201: conversationSchema },
    handler: async ({ scope, body, transport }) => {
      const idempotencyKey = transport.headers.get('idempotency-key') ?? undefined
      const conversation = await conversations.create(scope, { ...body, idempotencyKey })
      return reply(201, conversation, { Location: `/api/v2/conversations/${conversation.id}` })
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v2/conversations/home',
    access: 'conversations:write',
    summary: 'The home conversation: one merged log for each owner',
    tag: 'conversations',
    replies: { 200: conversationSchema },
    handler: async ({ scope }) => conversations.home(scope),
  }),
]

const singleRoutes = ({ conversations }: Deps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/v2/conversations/{conversationId}',
    access: 'conversations:read',
    summary: 'Read a conversation',
    tag: 'conversations',
    params: byId,
    replies: { 200: conversationSchema },
    handler: async ({ scope, params }) => conversations.get(scope, params.conversationId),
  }),
  defineRoute({
    method: 'patch',
    path: '/api/v2/conversations/{conversationId}',
    access: 'conversations:write',
    summary: 'Rename a conversation, set its prompt or model, or show another branch',
    tag: 'conversations',
    params: byId,
    body: updateConversationSchema,
    replies: { 200: conversationSchema },
    handler: async ({ scope, params, body }) => conversations.update(scope, { id: params.conversationId, ...body }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/v2/conversations/{conversationId}',
    access: 'conversations:write',
    summary: 'Delete a conversation with all its messages',
    tag: 'conversations',
    params: byId,
    replies: { 204: 'none' },
    handler: async ({ scope, params }) => {
      await conversations.remove(scope, params.conversationId)
      return reply(204)
    },
  }),
]

const messageRoutes = ({ messages }: Deps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/v2/conversations/{conversationId}/messages',
    access: 'conversations:read',
    summary: 'Read a window of the shown branch, oldest first',
    tag: 'messages',
    params: byId,
    query: windowSchema,
    replies: {
      200: pageOf(messageSchema).extend({
        newerCursor: z.string().nullable().describe('Pass it as `after` for newer messages; null at the end.'),
      }),
    },
    handler: async ({ scope, params, query }) =>
      messages.list(scope, { conversationId: params.conversationId, ...query }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v2/messages/{messageId}',
    access: 'conversations:read',
    summary: 'Read one message',
    tag: 'messages',
    params: byMessage,
    replies: { 200: messageSchema },
    handler: async ({ scope, params }) => messages.get(scope, params.messageId),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v2/messages/{messageId}/context',
    access: 'conversations:read',
    summary: 'Why did it answer that: what the model was given for this answer',
    tag: 'messages',
    params: byMessage,
    replies: { 200: contextRecordSchema },
    handler: async ({ scope, params }) => messages.getContext(scope, params.messageId),
  }),
]
