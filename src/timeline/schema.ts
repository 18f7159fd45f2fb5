import { z } from 'zod'

export const searchQuerySchema = z.object({
  q: z.string().trim().min(1, 'is empty').max(1000).describe('What to look for: words, or an exact identifier.'),
  in: z.literal('messages').default('messages'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(100).optional().describe('The `nextCursor` of the page before.'),
})

export const searchHitSchema = z
  .object({
    messageId: z.string(),
    conversationId: z.string(),
    conversationTitle: z.string().describe('Empty while the conversation has no name.'),
    role: z.enum(['user', 'assistant', 'event', 'tool', 'system']),
    at: z.iso.datetime().describe('UTC, ISO 8601'),
    source: z.string(),
    channel: z.string(),
    snippet: z
      .array(z.object({ text: z.string(), match: z.boolean() }))
      .describe('The best passage, in pieces; `match` marks what was asked for.'),
    score: z.number().describe('Higher is better; comparable within one search only.'),
  })
  .meta({ id: 'SearchHit' })

export const searchPageSchema = z
  .object({ items: z.array(searchHitSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'SearchPage' })

export type SearchHit = z.output<typeof searchHitSchema>
