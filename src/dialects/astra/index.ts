import { z } from 'zod'
import { type Chat, type MessageRow, messageTextSchema } from '../../chat/index.ts'
import { ProblemError, type Scope, toProblem } from '../../core/index.ts'
import { defineRoute, type ProblemRenderer, type Route, reply, type Transport } from '../../http/index.ts'
import { isServed, tellRootDialect } from '../root-chat.ts'
import { instantSchema } from './instant.ts'

export type AstraDeps = Pick<Chat, 'conversations' | 'messages' | 'startTurn' | 'turns'>

/** FastAPI's shape; whatever is wrong with a request is 400 here. */
export const renderAstraProblem: ProblemRenderer = (error, place) => {
  const problem = toProblem(error, place)
  const [field] = problem.errors ?? []
  const detail = field === undefined ? (problem.detail ?? problem.title) : `'${field.field}' ${field.message}`
  const isProvider = problem.code.startsWith('provider-') || problem.code === 'no-model'
  const status = isProvider ? 502 : problem.status === 422 ? 400 : problem.status
  return reply(status, { detail, code: problem.code, requestId: place.requestId })
}

const entrySchema = z
  .object({
    id: z.string(),
    timestamp: z.string(),
    role: z.string(),
    source: z.string(),
    channel: z.string(),
    text: z.string(),
    raw_payload: z.unknown(),
  })
  .meta({ id: 'AstraLogEntry' })

const presentEntry = (row: MessageRow) => ({
  id: row.id,
  timestamp: new Date(row.createdAt).toISOString(),
  role: row.role,
  source: row.source,
  channel: row.channel,
  text: row.text,
  raw_payload: row.payload === null ? null : (JSON.parse(row.payload) as unknown),
})

const chatSchema = z
  .looseObject({ text: messageTextSchema.optional(), message: messageTextSchema.optional() })
  .refine(({ text, message }) => text !== undefined || message !== undefined, {
    message: 'field is required',
    path: ['text'],
  })
  .meta({ id: 'AstraChat' })

const replySchema = z
  .object({ reply: z.string(), response: z.string(), conversation_id: z.string(), message_id: z.string() })
  .meta({ id: 'AstraReply' })

/**
 * ASTRA-X-Aggregator's interface: one merged conversation, its log, and a slice of the log by time. Mounted below
 * `/compat/astra` and at the root.
 */
export const createAstraDialect = (deps: AstraDeps): Route[] =>
  ['/compat/astra', ''].flatMap((prefix) => [chatRoute(deps, prefix), ...logRoutes(deps, prefix)])

const chatRoute = ({ conversations, startTurn, turns }: AstraDeps, prefix: string): Route =>
  defineRoute({
    method: 'post',
    path: `${prefix}/chat`,
    access: 'conversations:write',
    summary: 'Say something in the merged conversation and get the reply',
    tag: 'ASTRA',
    renderProblem: renderAstraProblem,
    body: chatSchema,
    replies: { 200: replySchema },
    handler: async ({ scope, body, signal, transport }) => {
      if (prefix === '') assertOurs(body, transport)
      const text = body.text ?? body.message ?? ''
      const { id } = await conversations.home(scope)
      const conversationId = id as Parameters<typeof startTurn>[1]['conversationId']
      const place = { conversationId, source: 'web-chat', channel: 'chat', mayOverlap: true }
      const turnId = await startTurn(scope, { text, ...place })
      const { message } = await turns.awaitAnswer(scope, { turnId, signal })
      const { text: answer, conversationId: conversation_id, id: message_id } = message
      return { reply: answer, response: answer, conversation_id, message_id }
    },
  })

/** At the root, clients of other systems may call: an answer that they could not read would be worse than none. */
function assertOurs(body: Readonly<Record<string, unknown>>, { headers }: Transport): void {
  const dialect = tellRootDialect({ body, accept: headers.get('accept'), hasApiKey: headers.has('x-api-key') })
  if (isServed(dialect, { body })) return
  const name = dialect === 'lumia' ? 'Lumia' : 'ORBIT'
  throw new ProblemError('not-served', { detail: `This is ${name}'s way of asking, which is not served yet.` })
}

const logRoutes = (deps: AstraDeps, prefix: string): Route[] => [
  defineRoute({
    method: 'get',
    path: `${prefix}/history`,
    access: 'conversations:read',
    summary: 'The last 50 entries of the log, or all that are newer than `after`',
    tag: 'ASTRA',
    renderProblem: renderAstraProblem,
    query: z.object({ after: instantSchema.optional() }),
    replies: { 200: z.array(entrySchema) },
    handler: async ({ scope, query }) => {
      const { after } = query
      return reply(200, await log(deps, scope, after === undefined ? { last: 50 } : { after: after.getTime() }))
    },
  }),
  defineRoute({
    method: 'get',
    path: `${prefix}/data`,
    access: 'conversations:read',
    summary: 'The entries of the log between two instants',
    tag: 'ASTRA',
    renderProblem: renderAstraProblem,
    query: z
      .object({ start: instantSchema, end: instantSchema })
      .refine(({ start, end }) => end >= start, { message: 'must be after start', path: ['end'] }),
    replies: { 200: z.array(entrySchema) },
    handler: async ({ scope, query }) =>
      reply(200, await log(deps, scope, { from: query.start.getTime(), to: query.end.getTime() })),
  }),
]

async function log(deps: AstraDeps, scope: Scope, span: { from?: number; to?: number; after?: number; last?: number }) {
  const home = await deps.conversations.home(scope)
  const conversationId = home.id as Parameters<Chat['messages']['log']>[1]['conversationId']
  return (await deps.messages.log(scope, { conversationId, ...span })).map(presentEntry)
}
