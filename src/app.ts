import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHealthRoutes } from './admin/index.ts'
import { createAuth, isLoopback } from './auth/index.ts'
import { type ChatDeps, createChat } from './chat/index.ts'
import { type Config, databaseUrlOf, type LoadedConfig } from './config/index.ts'
import type { Clock, Log } from './core/index.ts'
import { createAstraDialect, createOpenAiDialect, renderAstraProblem, renderOpenAiProblem } from './dialects/index.ts'
import { createIdempotency, createServer, type Route } from './http/index.ts'
import { detectLanguage } from './language/index.ts'
import {
  createBuiltin,
  createModelRoutes,
  createProviders,
  createResolve,
  extractiveModel,
  type Model,
  type Provider,
} from './providers/index.ts'
import { createExtractor } from './retrieval/index.ts'
import { type Database, lockFolder, openDatabase } from './storage/index.ts'
import { createTimeline, type Timeline, timelineRoutes } from './timeline/index.ts'

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
  const rooms = await createRooms(deps, db).catch(async (error) => {
    await db.close().finally(lock.release)
    throw error
  })
  const { auth, builtin, chat, idempotency, providers } = rooms
  const instance = randomUUID()
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
      routes: routesOf(rooms, { ...deps, db, instance, isClosing: () => server.isClosing() }),
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

  /** Ends what an earlier stop left running, takes requests, and looks for models. @returns where it listens */
  const start = async () => {
    await chat.recover()
    const address = await server.listen()
    lock.note({ url: address.url, instance })
    providers.onChange(() => chat.feed.tellEveryone({ type: 'models-changed' }))
    providers.start()
    void providers.refresh().then(() => considerBuiltin(deps, rooms))
    return { ...address, setupPath: auth.setupPath() }
  }

  /** Stops taking requests, gives running answers their grace, stores their end, and closes the data folder. */
  const stop = async (graceMs: number = config.server.shutdownGraceSeconds * 1000): Promise<void> => {
    clearInterval(housekeeping)
    await Promise.all([chat.close(graceMs), server.close(graceMs)])
    await providers.stop()
    await builtin.close()
    await db.close()
    lock.release()
  }

  return { start, stop, document: server.document, auth, chat, providers, builtin }
}

export type App = Awaited<ReturnType<typeof createApp>>

type Rooms = Awaited<ReturnType<typeof createRooms>>

async function createRooms(deps: AppDeps, db: Database) {
  const { config, clock, log } = deps
  const timeline = createTimeline({ db })
  const idempotency = createIdempotency({ db, clock })
  const auth = await createAuth({ db, clock }, authOptions(config))
  const models = { folder: join(config.data.folder, 'models'), log, clock }
  const builtin = createBuiltin(models, { mode: config.models.builtin })
  const scripted = deps.scripted && { scripted: deps.scripted }
  const providers = createProviders({ log, builtin, ...scripted }, providersOptions(deps))
  const chat = createChat(
    {
      db,
      clock,
      log,
      detectLanguage,
      resolve: createResolve(providers),
      extract: createExtractor({ search: timeline.search }),
      claim: idempotency.claim,
      appendEntry: appendMessage(timeline),
      removeEntries: (tx, scope, conversationId) => timeline.removeByConversation(tx, scope.userId, conversationId),
    },
    chatOptions(config),
  )
  return { timeline, idempotency, auth, builtin, providers, chat }
}

/** Writes a message of a conversation into the merged log. */
const appendMessage =
  ({ append }: Timeline): ChatDeps['appendEntry'] =>
  (tx, scope, { id, createdAt, conversationId, source, channel, role, text }) =>
    append(tx, scope, {
      kind: 'message',
      refId: id,
      at: new Date(createdAt),
      conversationId,
      source,
      channel,
      role,
      text,
    })

type RoutesDeps = Pick<AppDeps, 'clock' | 'version'> & {
  readonly db: Database
  readonly instance: string
  readonly isClosing: () => boolean
}

const routesOf = ({ auth, builtin, chat, providers, timeline }: Rooms, deps: RoutesDeps): Route[] => [
  ...chat.routes,
  ...timelineRoutes({ search: timeline.search, titles: chat.conversations.titles }),
  ...createModelRoutes({ providers, builtin }),
  ...auth.routes,
  ...createOpenAiDialect({ complete: chat.complete, models: () => offeredBy(providers), clock: deps.clock }),
  ...createAstraDialect(chat),
  ...createHealthRoutes(
    {
      checkStorage: () => checkStorage(deps.db),
      models: providers.list,
      isClosing: deps.isClosing,
      monotonicMs: deps.clock.monotonicMs,
      now: deps.clock.now,
    },
    { version: deps.version, instance: deps.instance },
  ),
]

/** What a client may name: the models there are, or the one that needs none. */
function offeredBy(providers: Rooms['providers']): readonly Model[] {
  const { items } = providers.list()
  return items.length > 0 ? items : [extractiveModel]
}

/** Fetches the built-in model when nothing else can answer and nobody has set up something else. */
function considerBuiltin(deps: AppDeps, { builtin, providers }: Rooms): void {
  if (deps.config.models.builtin === 'off' || hasOwnProvider(deps)) return
  if (providers.list().defaultModel === undefined) void builtin.start()
}

function authOptions({ server, page }: Config) {
  const bindsLoopback = server.host === 'localhost' || isLoopback(server.host)
  // On a public bind a forwarded port looks like this machine too.
  const allowLocalOwner = bindsLoopback && server.trustedProxies.length === 0 && server.basePath === ''
  return { title: page.title, bindsLoopback, allowLocalOwner }
}

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
