import { defineRoute, type Route, reply } from '../http/index.ts'
import { type SearchHit, searchPageSchema, searchQuerySchema } from './schema.ts'
import type { Hit } from './search.ts'
import type { Timeline } from './timeline.ts'

const present = ({ entry, snippet, score }: Hit): SearchHit => ({
  messageId: entry.refId,
  conversationId: entry.conversationId ?? '',
  role: entry.role,
  at: entry.at.toISOString(),
  source: entry.source,
  channel: entry.channel,
  snippet: [...snippet],
  score,
})

/** The native search over what has been written and answered. */
export const timelineRoutes = ({ search }: Pick<Timeline, 'search'>): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/v2/search',
    access: 'conversations:read',
    summary: 'Search all messages',
    tag: 'search',
    query: searchQuerySchema,
    replies: { 200: searchPageSchema },
    handler: async ({ scope, query: { q, limit, cursor } }) => {
      const page = await search(scope, {
        text: q,
        kinds: ['message'],
        limit,
        ...(cursor !== undefined && { cursor }),
      })
      return reply(200, { items: page.items.map(present), nextCursor: page.nextCursor })
    },
  }),
]
