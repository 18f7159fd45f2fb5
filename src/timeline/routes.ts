import type { Scope } from '../core/index.ts'
import { defineRoute, type Route, reply } from '../http/index.ts'
import { type SearchHit, searchPageSchema, searchQuerySchema } from './schema.ts'
import type { Hit } from './search.ts'
import type { Timeline } from './timeline.ts'

const present = ({ entry, snippet, score }: Hit, titles: ReadonlyMap<string, string>): SearchHit => ({
  messageId: entry.refId,
  conversationId: entry.conversationId ?? '',
  conversationTitle: titles.get(entry.conversationId ?? '') ?? '',
  role: entry.role,
  at: entry.at.toISOString(),
  source: entry.source,
  channel: entry.channel,
  snippet: [...snippet],
  score,
})

type RoutesDeps = Pick<Timeline, 'search'> & {
  /** The names of the conversations that the hits belong to, where they have one. */
  readonly titles: (scope: Scope, conversationIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
}

/** The native search over what has been written and answered. */
export const timelineRoutes = ({ search, titles }: RoutesDeps): readonly Route[] => [
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
      const named = await titles(
        scope,
        page.items.flatMap(({ entry }) => entry.conversationId ?? []),
      )
      return reply(200, { items: page.items.map((hit) => present(hit, named)), nextCursor: page.nextCursor })
    },
  }),
]
