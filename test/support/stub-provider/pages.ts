/** A model that the stub offers. */
export type StubModel = {
  readonly name: string
  readonly contextTokens?: number
  readonly sizeBytes?: number
  readonly family?: string
  readonly capabilities?: readonly string[]
}

/** What the stub is at the moment; a test changes it as it goes. */
export type StubSettings = {
  models: readonly StubModel[]
  /** `/v1/models` and `/props` as a llama.cpp server has them. */
  llamacpp: boolean
  /** llama.cpp's `/health` and everything else answer 503 while this is true. */
  loading: boolean
  /** Replies to everything but answers with this status. */
  failWith: number | undefined
  /** Never replies to anything but answers. */
  silent: boolean
}

type Page = { readonly status: number; readonly body: unknown }

/** The pages of a server that are no answers; `undefined` where there is none. */
export function pageOf(path: string, body: unknown, settings: StubSettings): Page | undefined {
  if (settings.failWith !== undefined) return { status: settings.failWith, body: { error: 'told to fail' } }
  if (settings.loading) {
    return { status: 503, body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } } }
  }
  if (path === '/api/tags') return { status: 200, body: { models: settings.models.map(toTag) } }
  if (path === '/api/show') return showPage(body, settings)
  if (path === '/v1/models')
    return { status: 200, body: { object: 'list', data: settings.models.map(toEntry(settings)) } }
  if (path === '/health' && settings.llamacpp) return { status: 200, body: { status: 'ok' } }
  if (path === '/props' && settings.llamacpp) {
    const window = settings.models[0]?.contextTokens ?? 4096
    return { status: 200, body: { default_generation_settings: { n_ctx: window, params: {} }, total_slots: 1 } }
  }
  return undefined
}

const toTag = ({ name, sizeBytes = 2_019_393_189, family = 'llama' }: StubModel) => ({
  name,
  model: name,
  modified_at: '2026-01-10T20:11:05.812914+01:00',
  size: sizeBytes,
  digest: Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64),
  details: {
    parent_model: '',
    format: 'gguf',
    family,
    families: [family],
    parameter_size: '3.2B',
    quantization_level: 'Q4_K_M',
  },
})

const toEntry =
  ({ llamacpp }: StubSettings) =>
  ({ name, contextTokens = 8192, sizeBytes = 1_000_000 }: StubModel) => ({
    id: name,
    object: 'model',
    created: 1768469400,
    owned_by: llamacpp ? 'llamacpp' : 'stub',
    ...(llamacpp && { meta: { vocab_type: 2, n_vocab: 128256, n_ctx_train: contextTokens * 4, size: sizeBytes } }),
  })

function showPage(body: unknown, { models }: StubSettings): Page {
  const name = body && typeof body === 'object' && 'model' in body ? body.model : undefined
  const model = models.find((candidate) => candidate.name === name)
  if (!model) return { status: 404, body: { error: `model '${name}' not found` } }
  const { family = 'llama', contextTokens = 131_072, capabilities } = model
  return {
    status: 200,
    body: {
      details: { family },
      model_info: { 'general.architecture': family, [`${family}.context_length`]: contextTokens },
      ...(capabilities && { capabilities }),
    },
  }
}
