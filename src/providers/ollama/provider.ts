import { streamAnswer } from '../answer.ts'
import { parseJson, type Server, send } from '../ask.ts'
import type { ModelRequest, Provider } from '../contract.ts'
import { createServer, lookAt, type SourceDeps, type SourceOptions } from '../server.ts'
import type { Finding, Source } from '../source.ts'
import { createOllamaModels } from './models.ts'
import { createOllamaParser } from './parser.ts'
import { errorSchema } from './wire.ts'

export type OllamaOptions = SourceOptions & {
  /** How long the model stays loaded after an answer, as Ollama spells it: `5m`, `-1` for ever. */
  readonly keepAlive?: string
  readonly parameters?: OllamaParameters
}

/** The operator's own values; those that a request may set too stand behind the request's. */
export type OllamaParameters = {
  /** The window that is opened for every request, whatever the request would need. */
  readonly contextTokens?: number
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly repeatPenalty?: number
  readonly threads?: number
}

/** Speaks Ollama's own protocol, where the window of each request can be set. */
export function createOllama(deps: SourceDeps, options: OllamaOptions): Source {
  const server = createServer(deps, options, {
    who: (address) => `Ollama at ${address}`,
    start: 'start it with `ollama serve`, or set OLLAMA_HOST to where it runs',
    credentials: 'Check the address and the key of OLLAMA_HOST.',
    readRefusal,
  })
  const listModels = createOllamaModels(server, options.parameters?.contextTokens)
  const provider: Provider = {
    name: 'ollama',
    models: async (signal) => (await listModels(signal)).map(({ model }) => model),
    generate: (request, signal) => {
      const parser = createOllamaParser(request, { wording: server.wording, maxLineBytes: options.limits.maxLineBytes })
      const body = JSON.stringify(bodyOf(request, options))
      const open = (inner: AbortSignal) => send(server, { method: 'POST', path: '/api/chat', body, signal: inner })
      return streamAnswer({ open, parser, wording: server.wording }, signal, {
        timers: deps.timers,
        limits: options.limits,
      })
    },
  }
  return {
    provider,
    configured: options.configured,
    ...(options.model !== undefined && { preferredModel: options.model }),
    remedy: (model) => `run \`ollama pull ${model}\``,
    look: (signal) => lookAt(() => found(listModels(signal), server), signal),
    close: () => server.client.close(),
  }
}

async function found(
  listing: ReturnType<ReturnType<typeof createOllamaModels>>,
  { wording }: Server,
): Promise<Finding> {
  const models = await listing
  if (models.length > 0) return { health: { status: 'ok' }, models }
  const detail = `${wording.who} has no models yet: run \`ollama pull llama3.2\`.`
  return { health: { status: 'down', code: 'no-model', detail }, models }
}

function bodyOf(request: ModelRequest, { keepAlive = '5m', parameters = {} }: OllamaOptions): object {
  return {
    model: request.model,
    messages: request.messages.map(({ role, text }) => ({ role, content: text })),
    stream: true,
    keep_alive: /^-?\d+$/.test(keepAlive) ? Number(keepAlive) : keepAlive,
    options: {
      num_ctx: parameters.contextTokens ?? request.contextTokens,
      num_predict: request.maxOutputTokens ?? parameters.maxOutputTokens,
      temperature: request.temperature ?? parameters.temperature,
      top_p: request.topP ?? parameters.topP,
      top_k: parameters.topK,
      repeat_penalty: parameters.repeatPenalty,
      num_thread: parameters.threads,
      stop: request.stop,
      seed: request.seed,
    },
  }
}

function readRefusal(body: string): { message: string; code: string } {
  const parsed = errorSchema.safeParse(parseJson(body))
  return { code: '', message: parsed.success ? parsed.data.error : body }
}
