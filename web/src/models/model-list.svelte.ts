import { type Api, isAbort, type Model, type ProviderStatus, type Trouble, troubleOf } from '../api/index.ts'

/** Who answers: a model by name, or nobody, in which case answers are quoted. */
export type Answering =
  | { readonly kind: 'model'; readonly model: Model }
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'none' }

const pollMs = 1_500

/** The models that can be asked, and how their providers are. */
export class ModelList {
  items = $state.raw<readonly Model[]>([])
  defaultModel = $state.raw<string | null>(null)
  providers = $state.raw<readonly ProviderStatus[]>([])
  loaded = $state(false)
  trouble = $state.raw<Trouble>()
  readonly #api: Api
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor({ api }: { readonly api: Api }) {
    this.#api = api
  }

  /** The provider that is being made ready, the built-in one's download among them. */
  get starting(): ProviderStatus | undefined {
    return this.providers.find((one) => one.status === 'starting')
  }

  get builtin(): ProviderStatus | undefined {
    return this.providers.find((one) => one.name === 'builtin')
  }

  /** Who answers when this model is chosen; null follows the default. */
  answering(chosen: string | null): Answering {
    const id = chosen ?? this.defaultModel
    const model = this.items.find((one) => one.id === id)
    if (model && model.quality !== 'extractive') return { kind: 'model', model }
    return id === null || model ? { kind: 'none' } : { kind: 'missing', name: id }
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      const reply = await this.#api.take(this.#api.routes.GET('/api/v2/models'))
      this.items = reply.items
      this.defaultModel = reply.defaultModel
      this.providers = reply.providers
      this.loaded = true
    } catch (error) {
      if (isAbort(error)) return
    }
    if (this.starting) this.#timer = setTimeout(() => this.load(), pollMs)
  }

  /** Fetches the built-in model. */
  async startBuiltin(): Promise<void> {
    await this.#order(this.#api.routes.POST('/api/v2/models/builtin/start'))
  }

  async cancelBuiltin(): Promise<void> {
    await this.#order(this.#api.routes.POST('/api/v2/models/builtin/cancel'))
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  async #order(call: Parameters<Api['take']>[0]): Promise<void> {
    this.trouble = undefined
    try {
      await this.#api.take(call)
    } catch (error) {
      this.trouble = troubleOf(error)
    }
    await this.load()
  }
}
