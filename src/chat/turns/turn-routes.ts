import { z } from 'zod'
import type { Scope } from '../../core/index.ts'
import {
  defineRoute,
  type Reply,
  type Route,
  reply,
  type StreamEvent,
  streamOf,
  type Transport,
} from '../../http/index.ts'
import {
  answerSchema,
  conversationIdSchema,
  messageIdSchema,
  repeatTurnSchema,
  startTurnSchema,
  type TurnId,
  turnEventSchema,
  turnIdSchema,
  turnSchema,
} from '../schema.ts'
import type { NumberedEvent } from './live-turn.ts'
import type { RepeatTurnInput } from './repeat-turn.ts'
import type { StartTurnInput } from './start-turn.ts'
import type { Turns } from './turns.ts'

type Deps = {
  readonly turns: Turns
  readonly startTurn: (scope: Scope, input: StartTurnInput) => Promise<TurnId>
  readonly regenerate: (scope: Scope, input: RepeatTurnInput) => Promise<TurnId>
  readonly continueAnswer: (scope: Scope, input: RepeatTurnInput) => Promise<TurnId>
}

const acceptedSchema = z.object({ turn: turnSchema }).meta({ id: 'AcceptedTurn' })

const replies = { 200: answerSchema, 202: acceptedSchema }

/** Turns, natively: asked for in JSON, as a stream, or accepted to be attached to later. */
export const createTurnRoutes = (deps: Deps): Route[] => [...askRoutes(deps), ...turnRoutes(deps)]

const askRoutes = (deps: Deps): Route[] => [
  defineRoute({
    method: 'post',
    path: '/api/v2/conversations/{conversationId}/turns',
    access: 'conversations:write',
    summary: 'Ask: store a message and have it answered',
    tag: 'turns',
    params: z.object({ conversationId: conversationIdSchema }),
    body: startTurnSchema,
    replies,
    events: turnEventSchema,
    handler: async ({ scope, params, body, signal, transport }) => {
      const { stream, ...asked } = body
      const idempotencyKey = transport.headers.get('idempotency-key') ?? undefined
      const { conversationId } = params
      const place = { conversationId, source: 'web-chat', channel: 'chat', idempotencyKey }
      const turnId = await deps.startTurn(scope, { ...asked, ...place })
      return respond(deps, { scope, turnId, stream, signal, transport })
    },
  }),
  ...(['regenerate', 'continue'] as const).map((verb) =>
    defineRoute({
      method: 'post',
      path: `/api/v2/messages/{messageId}/${verb}`,
      access: 'conversations:write',
      summary: verb === 'regenerate' ? 'Answer again, beside the old answer' : 'Go on with an answer that broke off',
      tag: 'turns',
      params: z.object({ messageId: messageIdSchema }),
      body: repeatTurnSchema,
      replies,
      events: turnEventSchema,
      handler: async ({ scope, params, body, signal, transport }) => {
        const { stream, ...options } = body
        const repeat = verb === 'regenerate' ? deps.regenerate : deps.continueAnswer
        const idempotencyKey = transport.headers.get('idempotency-key') ?? undefined
        const turnId = await repeat(scope, { messageId: params.messageId, idempotencyKey, ...options })
        return respond(deps, { scope, turnId, stream, signal, transport })
      },
    }),
  ),
]

const turnRoutes = ({ turns }: Deps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/v2/turns/{turnId}',
    access: 'conversations:read',
    summary: 'Read a turn',
    tag: 'turns',
    params: z.object({ turnId: turnIdSchema }),
    replies: { 200: turnSchema },
    handler: async ({ scope, params }) => turns.get(scope, params.turnId),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v2/turns/{turnId}/events',
    access: 'conversations:read',
    summary: 'Attach to a turn: replay its events, then follow it to its end',
    tag: 'turns',
    params: z.object({ turnId: turnIdSchema }),
    query: z.object({
      after: z.coerce.number().int().min(0).optional().describe('As `Last-Event-ID`: only events after this number.'),
    }),
    replies: { 200: 'stream' },
    events: turnEventSchema,
    handler: async ({ scope, params, query, signal, transport }) => {
      await turns.get(scope, params.turnId)
      // A browser that comes back keeps the address it first used: the header knows better.
      const after = Math.max(query.after ?? 0, lastEventId(transport))
      return streamOf(framesOf(turns.attach(scope, { turnId: params.turnId, after, signal })))
    },
  }),
  defineRoute({
    method: 'post',
    path: '/api/v2/turns/{turnId}/stop',
    access: 'conversations:write',
    summary: 'Stop a turn; what has been written stays',
    tag: 'turns',
    params: z.object({ turnId: turnIdSchema }),
    replies: { 200: turnSchema },
    handler: async ({ scope, params }) => turns.stop(scope, params.turnId),
  }),
]

type RespondInput = {
  readonly scope: Scope
  readonly turnId: TurnId
  readonly stream: boolean
  readonly signal: AbortSignal
  readonly transport: Transport
}

/**
 * The three ways to reply to a question: the stream, the finished answer, or at once with the turn to attach to.
 * @see https://www.rfc-editor.org/rfc/rfc7240#section-4.1 for `Prefer: respond-async`
 */
async function respond({ turns }: Deps, input: RespondInput) {
  const { scope, turnId, stream, signal, transport } = input
  const headers = { 'Hearth-Turn-Id': turnId }
  if (stream) return streamOf(framesOf(turns.attach(scope, { turnId, after: 0, signal })), headers)
  if (/\brespond-async\b/i.test(transport.headers.get('prefer') ?? '')) return accepted(await turns.get(scope, turnId))
  return reply(200, await turns.awaitAnswer(scope, { turnId, signal }), headers)
}

const accepted = (turn: Awaited<ReturnType<Turns['get']>>): Reply =>
  reply(202, { turn }, { Location: `/api/v2/turns/${turn.id}`, 'Preference-Applied': 'respond-async' })

function lastEventId(transport: Transport): number {
  const id = Number(transport.headers.get('last-event-id') ?? '0')
  return Number.isSafeInteger(id) && id >= 0 ? id : 0
}

async function* framesOf(events: AsyncIterable<NumberedEvent>): AsyncGenerator<StreamEvent> {
  for await (const { number, event } of events) yield { id: number, event: event.type, data: event }
}
