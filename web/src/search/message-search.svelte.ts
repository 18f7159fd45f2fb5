import { SvelteMap } from 'svelte/reactivity'
import { type Api, type Conversation, isAbort, type SearchHit, type Trouble, troubleOf } from '../api/index.ts'

type Deps = {
  readonly api: Api
  /** The conversation, where the list has loaded it already. */
  readonly find: (conversationId: string) => Conversation | undefined
}

const waitMs = 180

/** A search as it is typed: the newest question wins. */
export class MessageSearch {
  query = $state('')
  hits = $state.raw<readonly SearchHit[]>([])
  nextCursor = $state.raw<string | null>(null)
  /** The question that the hits answer. */
  answered = $state.raw('')
  trouble = $state.raw<Trouble>()
  /** The conversations that hits lie in, for their names. */
  readonly places = new SvelteMap<string, Conversation>()
  readonly #api: Api
  readonly #find: Deps['find']
  #timer: ReturnType<typeof setTimeout> | undefined
  #call: AbortController | undefined

  constructor({ api, find }: Deps) {
    this.#api = api
    this.#find = find
  }

  get active(): boolean {
    return this.query.trim() !== ''
  }

  type(query: string): void {
    this.query = query
    clearTimeout(this.#timer)
    this.#call?.abort()
    if (this.active) this.#timer = setTimeout(() => this.#run(query.trim(), undefined), waitMs)
    else this.#take('', { items: [], nextCursor: null })
  }

  clear(): void {
    this.type('')
  }

  async more(): Promise<void> {
    if (this.nextCursor !== null) await this.#run(this.answered, this.nextCursor)
  }

  async #run(q: string, cursor: string | undefined): Promise<void> {
    const call = new AbortController()
    this.#call = call
    try {
      const query = { q, in: 'messages' as const, limit: 20, ...(cursor !== undefined && { cursor }) }
      const page = await this.#api.take(
        this.#api.routes.GET('/api/v2/search', { params: { query }, signal: call.signal }),
      )
      this.#take(q, cursor === undefined ? page : { ...page, items: [...this.hits, ...page.items] })
      this.trouble = undefined
    } catch (error) {
      if (!isAbort(error)) this.trouble = troubleOf(error)
    }
  }

  #take(answered: string, page: { items: readonly SearchHit[]; nextCursor: string | null }): void {
    this.answered = answered
    this.hits = page.items
    this.nextCursor = page.nextCursor
    for (const id of new Set(page.items.map((hit) => hit.conversationId))) void this.#learn(id)
  }

  async #learn(conversationId: string): Promise<void> {
    const params = { path: { conversationId } }
    const call = () => this.#api.routes.GET('/api/v2/conversations/{conversationId}', { params })
    const known = this.#find(conversationId) ?? this.places.get(conversationId)
    const place = known ?? (await this.#api.take(call()).catch(() => undefined))
    if (place) this.places.set(conversationId, place)
  }
}
