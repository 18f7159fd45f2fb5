import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHealthRoutes } from './admin/index.ts'
import { createAuth, isLoopback } from './auth/index.ts'
import { createChat } from './chat/index.ts'
import { type Config, databaseUrlOf, type LoadedConfig } from './config/index.ts'
import type { Clock, Log } from './core/index.ts'
import { createAstraDialect, renderAstraProblem } from './dialects/astra/index.ts'
import { createOpenAiDialect, renderOpenAiProblem } from './dialects/openai/index.ts'
import { createIdempotency, createServer } from './http/index.ts'
import { detectLanguage } from './language/index.ts'
import { createBuiltin, createModelRoutes, createProviders, createResolve, extractiveModel, type Provider } from './providers/index.ts'
import { createExtractor } from './retrieval/index.ts'
import { type Database, lockFolder, openDatabase } from './storage/index.ts'
import { createTimeline, timelineRoutes } from './timeline/index.ts'

export type AppDeps = {
  readonly config: Config
  readonly isSet: LoadedConfig['isSet']
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** Folders of the built page and of the files that the API's documentation loads. */
  readonly assets: { readonly page: string; readonly docs: string }
  /** Stands before all other providers: the scripted model of tests and of `npm run dev`. */
  readonly scripted?: Provider
}

/** How far shown text may stay behind on the disk, and how long events of an ended turn can be resumed. */
const recorder = { flushLength: 2_048, flushMs: 1_000 }
const eventsKeptMs = 24 * 3_600_000
const housekeepingMs = 3_600_000
const discoveryTimeoutMs = 3_000

/**
 * Builds every room and introduces them to each other.
 * @throws ProblemError `database-in-use`, `database-unusable`, `storage-*`
 */
export async function createApp(deps: AppDeps) {
  const { config, clock, log } = deps
  const { folder } = config.data
  const lock = lockFolder(folder)
  const db = await openDatabase({ url: databaseUrlOf(config), folder, now: clock.now, log }).catch((error) => {
    lock.release()
    throw error
  })

  const timeline = createTimeline({ db })
  const extract = createExtractor({ search: timeline.search })
  const idempotency = createIdempotency({ db, clock })
  const auth = await createAuth({ db, clock }, authOptions(config))
  const builtin = createBuiltin({ folder: join(folder, 'models'), log, clock }, { mode: config.models.builtin })
  const providers = createProviders(
    { log, builtin, ...(deps.scripted && { scripted: deps.scripted }) },
    providersOptions(deps),
  )
  const chat = createChat(
    {
      db,
      clock,
      log,
      resolve: createResolve(providers),
      extract,
      detectLanguage,
      claim: idempotency.claim,
      removeEntries: (tx, scope, conversationId) => timeline.removeByConversation(tx, scope.userId, conversationId),
      appendEntry: (tx, scope, { id, conversationId, createdAt, source, channel, role, text }) =>
        timeline.append(tx, scope, {
          kind: 'message',
          refId: id,
          conversationId,
          at: new Date(createdAt),
          source,
          channel,
          role,
          text,
        }),
    },
    chatOptions(config),
  )
  const offered = () => {
    const { items } = providers.list()
    return items.length > 0 ? items : [extractiveModel]
  }
  const server = createServer(
    {
      clock,
      log,
      version: deps.version,
      admit: auth.admit,
      page: { folder: deps.assets.page },
      docs: { folder: deps.assets.docs },
      fallbacks: [
        { prefix: '/v1/', renderProblem: renderOpenAiProblem },
        { prefix: '/compat/astra/', renderProblem: renderAstraProblem },
      ],
      routes: [
        ...chat.routes,
        ...timelineRoutes(timeline),
        ...createModelRoutes({ providers, builtin }),
        ...auth.routes,
        ...createOpenAiDialect({ complete: chat.complete, models: offered, clock }),
        ...createAstraDialect(chat),
        ...createHealthRoutes(
          {
            checkStorage: () => checkStorage(db),
            models: providers.list,
            isClosing: () => server.isClosing(),
            monotonicMs: clock.monotonicMs,
            now: clock.now,
          },
          { version: deps.version },
        ),
      ],
    },
    serverOptions(config),
  )

  const housekeeping = setInterval(() => {
    const keep = async () => {
      await chat.dropOldEvents()
      await db.write(idempotency.prune)
    }
    keep().catch((error) => log.warn('housekeeping.failed', { error }))
  }, housekeepingMs)
  housekeeping.unref()

  /** Fetches the built-in model when nothing else can answer, and once only: who cancels it is not asked again. */
  const considerBuiltin = () => {
    if (config.models.builtin === 'off' || hasOwnProvider(deps)) return
    if (providers.list().defaultModel !== undefined || builtin.status().status !== 'off') return
    void builtin.start()
  }

  /** Ends what an earlier stop left running, takes requests, and looks for models. @returns where it listens */
  const start = async () => {
    await chat.recover()
    const address = await server.listen()
    providers.onChange(() => chat.feed.tellEveryone({ type: 'models-changed' }))
    providers.start()
    void providers.refresh().then(considerBuiltin)
    return { ...address, setupPath: auth.setupPath() }
  }

  /** Stops taking requests, gives running answers their grace, stores their end, and closes the data folder. */
  const stop = async (graceMs: number = config.server.shutdownGraceSeconds * 1000): Promise<void> => {
    clearInterval(housekeeping)
    await server.close(graceMs)
    await chat.close()
    await providers.stop()
    await builtin.close()
    await db.close()
    lock.release()
  }

  return { start, stop, document: server.document, auth, chat, providers, builtin }
}

export type App = Awaited<ReturnType<typeof createApp>>

const authOptions = ({ server, page }: Config) => ({
  title: page.title,
  bindsLoopback: server.host === 'localhost' || isLoopback(server.host),
  allowLocalOwner: server.trustedProxies.length === 0 && server.basePath === '',
})

const serverOptions = ({ server }: Config) => ({
  host: server.host,
  port: server.port,
  basePath: server.basePath,
  maxBodyBytes: server.maxBodyBytes,
  allowedOrigins: server.allowedOrigins,
})

const minutes = (count: number | null) => (count === null ? undefined : count * 60_000)

const chatOptions = ({ chat, history, models }: Config) => ({
  contextTokens: models.contextTokens,
  reserveTokens: models.answerReserveTokens,
  history: {
    maxMessages: history.maxMessages,
    homeWindowMs: minutes(history.homeMaxMinutes),
    windowMs: minutes(history.maxMinutes),
  },
  recorder,
  eventsKeptMs,
  operatorPrompts: [
    ...[chat.identityPromptFile, chat.formatPromptFile].flatMap((path) =>
      path === undefined ? [] : [readFileSync(path, 'utf8').trim()],
    ),
    ...(chat.systemPrompt === undefined ? [] : [chat.systemPrompt]),
  ],
})

const hasOwnProvider = ({ isSet, scripted }: AppDeps): boolean =>
  scripted !== undefined ||
  (['openai.apiKey', 'openai.url', 'ollama.url', 'llamacpp.url'] as const).some((key) => isSet(key))

function providersOptions({ config, isSet }: AppDeps) {
  const { models, ollama, openai, llamacpp } = config
  return {
    ...(isSet('openai.apiKey') || isSet('openai.url')
      ? { openai: { baseUrl: openai.url, ...given({ apiKey: openai.apiKey, model: openai.model }) } }
      : {}),
    ollama: {
      baseUrl: ollama.url,
      configured: isSet('ollama.url') || isSet('ollama.model'),
      ...given({ model: ollama.model }),
      parameters: given({
        temperature: ollama.temperature,
        topP: ollama.topP,
        topK: ollama.topK,
        repeatPenalty: ollama.repeatPenalty,
        maxOutputTokens: ollama.numPredict,
        contextTokens: ollama.numCtx,
        threads: ollama.numThreads,
      }),
    },
    llamacpp: {
      baseUrl: llamacpp.url,
      configured: isSet('llamacpp.url'),
      totalTimeoutMs: llamacpp.timeoutSeconds * 1000,
      ...given({ model: llamacpp.model }),
    },
    ...given({ defaultModel: models.default, defaultSource: models.defaultSource }),
    connectTimeoutMs: models.connectTimeoutSeconds * 1000,
    discoveryTimeoutMs,
    firstTokenTimeoutMs: models.firstTokenTimeoutSeconds * 1000,
    idleTimeoutMs: models.idleTimeoutSeconds * 1000,
    totalTimeoutMs: models.totalTimeoutSeconds * 1000,
    maxOutputCharacters: models.maxOutputCharacters,
  }
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>

async function checkStorage(db: Database): Promise<{ ok: boolean; detail?: string }> {
  try {
    await db.read.selectNoFrom((eb) => eb.lit(1).as('one')).execute()
    return { ok: true }
  } catch {
    return { ok: false, detail: 'The database does not answer.' }
  }
}
