import type { Log } from '../core/index.ts'
import { createOperatorClient } from '../http/index.ts'
import type { AnswerLimits } from './answer.ts'
import { toSource } from './builtin-source.ts'
import type { Provider } from './contract.ts'
import { createOllama, type OllamaOptions } from './ollama/provider.ts'
import { createLlamaCpp } from './openai/llamacpp.ts'
import { createOpenAi } from './openai/provider.ts'
import { type Builtin, createRegistry, type Providers } from './registry.ts'
import type { SourceDeps } from './server.ts'
import type { Source } from './source.ts'
import { systemTimers, type Timers } from './timers.ts'

export type ProvidersDeps = {
  readonly log: Log
  /** The model that comes with Hearth, when there is one on this machine. */
  readonly builtin?: Builtin
  /** Stands before all others: the scripted model of tests and of `npm run dev`. */
  readonly scripted?: Provider
  readonly timers?: Timers
}

type Place = {
  readonly baseUrl: string
  /** Named by the operator; otherwise it is only looked for, and used when it is there. */
  readonly configured: boolean
  readonly model?: string
  readonly apiKey?: string
}

/** How the operator wants models to be served; an absent place is neither looked for nor used. */
export type ProvidersOptions = {
  readonly openai?: Omit<Place, 'configured'>
  readonly ollama?: Place & Pick<OllamaOptions, 'keepAlive' | 'parameters'>
  readonly llamacpp?: Place & { readonly totalTimeoutMs?: number }
  /** The setting `models.default`: an id or a name. */
  readonly defaultModel?: string
  /** `ollama`, `openai`, `llamacpp` or `builtin`; absent follows the order of preference. */
  readonly defaultSource?: string
  readonly connectTimeoutMs: number
  /** For one look at all providers. */
  readonly discoveryTimeoutMs: number
  readonly firstTokenTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly totalTimeoutMs: number
  readonly maxOutputCharacters: number
  /** A PEM file of authorities that are trusted besides the usual ones. */
  readonly caFile?: string
}

const maxLineBytes = 1024 * 1024
const searchIntervalMs = 3_000
const refreshIntervalMs = 30_000

/**
 * Opens the configured providers and those that are looked for, in the order in which they are preferred: OpenAI,
 * configured Ollama, configured llama.cpp, found Ollama, found llama.cpp, the built-in model.
 */
export function createProviders(deps: ProvidersDeps, options: ProvidersOptions): Providers {
  const timers = deps.timers ?? systemTimers
  const { connectTimeoutMs, caFile } = options
  const connect = (origin: string) =>
    createOperatorClient({ origin }, { connectTimeoutMs, ...(caFile !== undefined && { caFile }) })
  const sources = [
    ...(deps.scripted ? [alwaysThere(deps.scripted)] : []),
    ...serversOf({ connect, timers }, options),
    ...(deps.builtin ? [toSource(deps.builtin)] : []),
  ]
  return createRegistry(
    { sources, timers, log: deps.log },
    {
      discoveryTimeoutMs: options.discoveryTimeoutMs,
      searchIntervalMs,
      refreshIntervalMs,
      ...(options.defaultModel !== undefined && { defaultModel: options.defaultModel }),
      ...(options.defaultSource !== undefined && { defaultSource: options.defaultSource }),
    },
  )
}

function serversOf(deps: SourceDeps, options: ProvidersOptions): Source[] {
  const { firstTokenTimeoutMs, idleTimeoutMs, totalTimeoutMs, maxOutputCharacters } = options
  const limits: AnswerLimits = { firstTokenTimeoutMs, idleTimeoutMs, totalTimeoutMs, maxOutputCharacters, maxLineBytes }
  const { openai, ollama, llamacpp } = options
  const local = [
    ...(ollama ? [createOllama(deps, { ...ollama, limits })] : []),
    ...(llamacpp ? [createLlamaCpp(deps, { ...llamacpp, limits: withTotal(limits, llamacpp.totalTimeoutMs) })] : []),
  ]
  return [
    ...(openai ? [createOpenAi(deps, { ...openai, configured: true, limits })] : []),
    ...local.filter(({ configured }) => configured),
    ...local.filter(({ configured }) => !configured),
  ]
}

const withTotal = (limits: AnswerLimits, totalTimeoutMs: number | undefined): AnswerLimits => ({
  ...limits,
  ...(totalTimeoutMs !== undefined && { totalTimeoutMs }),
})

const alwaysThere = (provider: Provider): Source => ({
  provider,
  configured: true,
  remedy: () => 'choose another',
  look: async (signal) => ({
    health: { status: 'ok' },
    models: (await provider.models(signal)).map((model) => ({ model, chats: true })),
  }),
  close: async () => undefined,
})
