import { z } from 'zod'
import { defineRoute, type Route, reply } from '../http/index.ts'

export type HealthDeps = {
  /** The state of what the server stands on; `ok` false makes it unready. */
  readonly checkStorage: () => Promise<{ readonly ok: boolean; readonly detail?: string }>
  readonly models: () => { readonly defaultModel: { readonly id: string } | undefined }
  readonly isClosing: () => boolean
  readonly monotonicMs: () => number
  readonly now: () => Date
}

export type HealthOptions = {
  readonly version: string
  /** By what this start of the server can be told from any other program: random, and no secret. */
  readonly instance: string
}

const componentSchema = z.object({ status: z.enum(['ok', 'error', 'unavailable']), detail: z.string().optional() })

const healthSchema = z
  .object({
    status: z.enum(['ok', 'error']),
    healthy: z.boolean(),
    version: z.string(),
    uptime_seconds: z.int(),
    components: z.record(z.string(), componentSchema),
  })
  .meta({ id: 'Health' })

/**
 * Whether the server lives, is ready, and how its parts are. `/health` has the shape that every seed's client can read;
 * no vector store is in use yet, so `vector` and `chroma` have nothing to report against the server.
 */
export function createHealthRoutes(deps: HealthDeps, { version, instance }: HealthOptions): Route[] {
  const startedMs = deps.monotonicMs()
  const uptime = () => Math.floor((deps.monotonicMs() - startedMs) / 1000)

  const health = async () => {
    const storage = await deps.checkStorage()
    const { defaultModel } = deps.models()
    const server = { status: storage.ok ? 'ok' : 'error', ...(storage.detail && { detail: storage.detail }) } as const
    const idle = { status: 'ok', detail: 'not in use' } as const
    const llm =
      defaultModel === undefined
        ? ({ status: 'unavailable', detail: 'no model: answers are quoted from what has been written' } as const)
        : ({ status: 'ok', detail: defaultModel.id } as const)
    return {
      status: storage.ok ? ('ok' as const) : ('error' as const),
      healthy: storage.ok,
      version,
      uptime_seconds: uptime(),
      components: { server, vector: idle, chroma: idle, llm },
    }
  }

  return [
    ...['/health', '/compat/astra/health', '/api/v2/health'].map((path) =>
      defineRoute({
        method: 'get',
        path,
        access: 'public',
        summary: 'How the server and its parts are',
        tag: 'health',
        replies: { 200: healthSchema },
        handler: async () => reply(200, await health(), { 'Cache-Control': 'no-store' }),
      }),
    ),
    ...probes({ ...deps, uptime, instance }),
  ]
}

const probeSchema = z.object({ status: z.string(), timestamp: z.string(), uptime_seconds: z.int().optional() })

type ProbesDeps = HealthDeps & Pick<HealthOptions, 'instance'> & { readonly uptime: () => number }

const probes = (deps: ProbesDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/livez',
    access: 'public',
    summary: 'The process lives',
    tag: 'health',
    replies: { 200: probeSchema.extend({ instance: z.string() }) },
    handler: async () => ({
      status: 'alive',
      timestamp: deps.now().toISOString(),
      uptime_seconds: deps.uptime(),
      instance: deps.instance,
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/readyz',
    access: 'public',
    summary: 'Whether requests can be taken now; 503 when not',
    tag: 'health',
    replies: { 200: probeSchema, 503: probeSchema },
    handler: async () => {
      const isReady = !deps.isClosing() && (await deps.checkStorage()).ok
      return reply(isReady ? 200 : 503, {
        status: isReady ? 'ready' : 'not_ready',
        timestamp: deps.now().toISOString(),
      })
    },
  }),
]
