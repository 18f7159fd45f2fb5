import { ProblemError } from '../../core/index.ts'
import { type Server, trySend } from '../ask.ts'
import { fromRefusal } from '../faults.ts'
import { createServer, lookAt, type SourceDeps, type SourceOptions } from '../server.ts'
import type { Finding, Source } from '../source.ts'
import { askWindow, listOpenAiModels } from './models.ts'
import { createGenerate, readRefusal } from './provider.ts'

const name = 'llamacpp'

/** Speaks chat completions with a llama.cpp server, which also tells its window and whether it is still loading. */
export function createLlamaCpp(deps: SourceDeps, options: SourceOptions): Source {
  const server = createServer(deps, options, {
    who: (address) => `The llama.cpp server at ${address}`,
    start: 'start it with `llama-server -m model.gguf`, or set LLAMACPP_SERVER_URL to where it runs',
    credentials: 'Check its API key.',
    readRefusal,
  })
  const list = async (signal: AbortSignal) => {
    const contextTokens = await askWindow(server, signal)
    const place = { provider: name, path: '/v1/models', ...(contextTokens !== undefined && { contextTokens }) }
    return { ...(await listOpenAiModels(server, place, signal)), isLlamaCpp: contextTokens !== undefined }
  }
  return {
    provider: {
      name,
      models: async (signal) => (await list(signal)).models.map(({ model }) => model),
      generate: createGenerate(server, deps, { path: '/v1/chat/completions', limits: options.limits }),
    },
    configured: options.configured,
    ...(options.model !== undefined && { preferredModel: options.model }),
    remedy: () => 'set LLAMACPP_MODEL_NAME to what it serves, or start it with that model',
    look: (signal) => lookAt(() => look(() => list(signal), server, { options, signal }), signal),
    close: () => server.client.close(),
  }
}

type Looked = { models: Finding['models']; madeBy: readonly string[]; isLlamaCpp: boolean }
type Circumstances = { readonly options: SourceOptions; readonly signal: AbortSignal }

async function look(list: () => Promise<Looked>, server: Server, { options, signal }: Circumstances): Promise<Finding> {
  const { who } = server.wording
  const loading = await isLoading(server, signal)
  if (loading) return { health: { status: 'starting', detail: `${who} is loading its model.` }, models: [] }
  const { models, madeBy, isLlamaCpp } = await list()
  if (!options.configured && !isLlamaCpp && !madeBy.includes('llamacpp')) {
    const detail = `Something that is no llama.cpp server answers at ${server.client.address}.`
    throw new ProblemError('provider-malformed', { detail })
  }
  if (models.length > 0) return { health: { status: 'ok' }, models }
  return {
    health: { status: 'down', code: 'no-model', detail: `${who} has no model loaded: start it with one.` },
    models,
  }
}

/** Asks `/health`, which answers 503 while the model is being loaded; servers without that page are taken as ready. */
async function isLoading(server: Server, signal: AbortSignal): Promise<boolean> {
  const reply = await trySend(server, { method: 'GET', path: '/health', signal })
  if (!('refusal' in reply)) {
    reply.body.discard()
    return false
  }
  if (reply.refusal.status === 503 && /loading/i.test(reply.refusal.message)) return true
  if (reply.refusal.status >= 500) throw fromRefusal(reply.refusal, server.wording)
  return false
}
