import { z } from 'zod'
import { defineRoute, type Route, reply } from '../http/index.ts'
import type { Providers } from './registry.ts'

const modelSchema = z
  .object({
    id: z.string().describe('`<provider>/<name>`: what a request names.'),
    provider: z.string(),
    name: z.string(),
    contextTokens: z.int().optional(),
    sizeBytes: z.int().optional(),
    quality: z.enum(['full', 'demo', 'extractive']),
  })
  .meta({ id: 'Model' })

const providerStatusSchema = z
  .object({
    name: z.string(),
    status: z.enum(['ok', 'starting', 'down', 'off']),
    detail: z.string(),
    progress: z.number().min(0).max(1).optional(),
  })
  .meta({ id: 'ProviderStatus' })

const offerSchema = z
  .object({
    items: z.array(modelSchema),
    defaultModel: z.string().nullable().describe('The model that answers when none is named; null when there is none.'),
    providers: z.array(providerStatusSchema),
  })
  .meta({ id: 'Models' })

type RoutesDeps = {
  readonly providers: Providers
  /** The download of the built-in model; absent where it is switched off. */
  readonly builtin?: { readonly start: () => Promise<void>; readonly cancel: () => Promise<void> }
}

/** Which models can be asked, how their providers are, and the download of the built-in one. */
export function createModelRoutes({ providers, builtin }: RoutesDeps): Route[] {
  const present = () => {
    const { items, defaultModel, providers: statuses } = providers.list()
    return { items: [...items], defaultModel: defaultModel?.id ?? null, providers: [...statuses] }
  }
  return [
    defineRoute({
      method: 'get',
      path: '/api/v2/models',
      access: 'models:read',
      summary: 'List models and how their providers are',
      tag: 'models',
      replies: { 200: offerSchema },
      handler: async () => present(),
    }),
    ...(['start', 'cancel'] as const).map((verb) =>
      defineRoute({
        method: 'post',
        path: `/api/v2/models/builtin/${verb}`,
        access: 'settings:write',
        summary: verb === 'start' ? 'Fetch the built-in model' : 'Stop fetching the built-in model',
        tag: 'models',
        replies: { 202: offerSchema },
        handler: async () => {
          if (verb === 'start') void builtin?.start()
          else await builtin?.cancel()
          return reply(202, present())
        },
      }),
    ),
  ]
}
