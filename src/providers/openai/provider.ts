import { ProblemError } from '../../core/index.ts'
import type { OperatorReply } from '../../http/index.ts'
import { streamAnswer } from '../answer.ts'
import { parseJson, type Server, trySend } from '../ask.ts'
import type { ModelRequest, Provider } from '../contract.ts'
import { fromRefusal } from '../faults.ts'
import { createServer, lookAt, type SourceDeps, type SourceOptions } from '../server.ts'
import type { Finding, Source } from '../source.ts'
import { listOpenAiModels } from './models.ts'
import { createOpenAiParser } from './parser.ts'
import { bodyOf, type Habits, learn } from './request.ts'
import { readError } from './wire.ts'

const mostAttempts = 3

/** Speaks chat completions with whoever is at the configured address: OpenAI, vLLM, LM Studio, a gateway. */
export function createOpenAi(deps: SourceDeps, options: SourceOptions): Source {
  const server = createServer(deps, options, {
    who: (address) => `The OpenAI-compatible server at ${address}`,
    start: 'check OPENAI_BASE_URL and the network',
    credentials: 'Check OPENAI_API_KEY.',
    readRefusal,
  })
  const list = async (signal: AbortSignal) => {
    const { models } = await listOpenAiModels(server, { provider: 'openai', path: '/models' }, signal)
    return models
  }
  return {
    provider: {
      name: 'openai',
      models: async (signal) => (await list(signal)).map(({ model }) => model),
      generate: createGenerate(server, deps, { path: '/chat/completions', limits: options.limits }),
    },
    configured: options.configured,
    ...(options.model !== undefined && { preferredModel: options.model }),
    remedy: () => 'set OPENAI_MODEL to one of the models it lists',
    look: (signal) => lookAt(() => look(() => list(signal), server, options), signal),
    close: () => server.client.close(),
  }
}

async function look(
  list: () => Promise<Finding['models']>,
  { wording }: Server,
  options: SourceOptions,
): Promise<Finding> {
  const models = await list().catch((error: unknown) => {
    const listsNothing = error instanceof ProblemError && error.detail?.includes('answered 404')
    if (listsNothing && options.model) return [namedModel(options.model)]
    throw error
  })
  if (models.length > 0) return { health: { status: 'ok' }, models }
  const detail = `${wording.who} lists no models: check OPENAI_BASE_URL and OPENAI_API_KEY, or load a model there.`
  return { health: { status: 'down', code: 'no-model', detail }, models }
}

const namedModel = (name: string): Finding['models'][number] => ({
  model: { id: `openai/${name}`, provider: 'openai', name, quality: 'full' },
  chats: true,
})

type Generation = { readonly path: string; readonly limits: SourceOptions['limits'] }

/** Streams answers of one server, remembering by model which fields of the request it has refused. */
export function createGenerate(server: Server, deps: SourceDeps, { path, limits }: Generation): Provider['generate'] {
  const habitsByModel = new Map<string, Habits>()
  return (request, signal) => {
    const habits = habitsByModel.get(request.model) ?? newHabits(server)
    habitsByModel.set(request.model, habits)
    const parser = createOpenAiParser(request, { wording: server.wording, maxLineBytes: limits.maxLineBytes })
    const open = (inner: AbortSignal) => openAnswer({ server, path, habits, request }, inner)
    return streamAnswer({ open, parser, wording: server.wording }, signal, { timers: deps.timers, limits })
  }
}

/** Only OpenAI's own newer models insist on the newer name of the limit, which some other servers quietly ignore. */
function newHabits({ client }: Server): Habits {
  const isOpenAiItself = new URL(client.address).hostname === 'api.openai.com'
  const older = ['max_tokens', 'max_completion_tokens'] as const
  return { refused: new Set(), limitNames: isOpenAiItself ? older.toReversed() : older }
}

type Asking = {
  readonly server: Server
  readonly path: string
  readonly habits: Habits
  readonly request: ModelRequest
}

async function openAnswer({ server, path, habits, request }: Asking, signal: AbortSignal): Promise<OperatorReply> {
  for (let attempt = 1; ; attempt += 1) {
    const body = bodyOf(request, habits)
    const reply = await trySend(server, { method: 'POST', path, body, signal })
    if (!('refusal' in reply)) return reply
    const { refusal } = reply
    const mayLearn = attempt < mostAttempts && (refusal.status === 400 || refusal.status === 422)
    if (!mayLearn || !learn(habits, refusal.message, body)) throw fromRefusal(refusal, server.wording)
  }
}

/** Reads the message out of an error body in any of the forms in use. */
export function readRefusal(body: string): { message: string; code: string } {
  return readError(parseJson(body)) ?? { message: body, code: '' }
}
