import { type Api, type Conversation, createIdempotencyKey, isAbort, type Trouble, troubleOf } from '../api/index.ts'

type Deps = { readonly api: Api }
type Changes = { title?: string; systemPrompt?: string | null; model?: string | null; headMessageId?: string }

const newestFirst = (a: Conversation, b: Conversation): number => b.updatedAt.localeCompare(a.updatedAt)

/** The owner's conversations as far as they have been looked at, newest first; the home conversation stands apart. */
export class ConversationList {
  home = $state.raw<Conversation>()
  items = $state.raw<readonly Conversation[]>([])
  nextCursor = $state.raw<string | null>(null)
  loading = $state(false)
  trouble = $state.raw<Trouble>()
  readonly #api: Api

  constructor({ api }: Deps) {
    this.#api = api
  }

  find(conversationId: string): Conversation | undefined {
    return this.home?.id === conversationId ? this.home : this.items.find((one) => one.id === conversationId)
  }

  /** Loads the newest page again; what was loaded below it stays. */
  async loadFirst(): Promise<void> {
    await Promise.all([this.#loadPage(undefined), this.#loadHome()])
  }

  async loadMore(): Promise<void> {
    if (this.nextCursor !== null && !this.loading) await this.#loadPage(this.nextCursor)
  }

  /** Reads one conversation afresh and puts it in its place. */
  async refresh(conversationId: string): Promise<Conversation> {
    const conversation = await this.#api.take(
      this.#api.routes.GET('/api/v2/conversations/{conversationId}', { params: { path: { conversationId } } }),
    )
    this.put([conversation])
    return conversation
  }

  async create(input: { model?: string; systemPrompt?: string }): Promise<Conversation> {
    const headers = { 'idempotency-key': createIdempotencyKey() }
    const conversation = await this.#api.take(this.#api.routes.POST('/api/v2/conversations', { body: input, headers }))
    this.put([conversation])
    return conversation
  }

  async change(conversationId: string, body: Changes): Promise<Conversation> {
    const params = { path: { conversationId } }
    const conversation = await this.#api.take(
      this.#api.routes.PATCH('/api/v2/conversations/{conversationId}', { params, body }),
    )
    this.put([conversation])
    return conversation
  }

  async remove(conversationId: string): Promise<void> {
    const params = { path: { conversationId } }
    await this.#api.take(this.#api.routes.DELETE('/api/v2/conversations/{conversationId}', { params }))
    this.drop(conversationId)
  }

  drop(conversationId: string): void {
    this.items = this.items.filter((one) => one.id !== conversationId)
  }

  put(conversations: readonly Conversation[]): void {
    this.home = conversations.find((one) => one.kind === 'home') ?? this.home
    const byId = new Map(this.items.map((one) => [one.id, one]))
    for (const one of conversations) if (one.kind !== 'home') byId.set(one.id, one)
    this.items = [...byId.values()].sort(newestFirst)
  }

  /** Every owner has a home; asking for it makes it. */
  async #loadHome(): Promise<void> {
    const call = this.#api.routes.GET('/api/v2/conversations/home')
    const home = await this.#api.take(call).catch(() => undefined)
    if (home) this.put([home])
  }

  async #loadPage(cursor: string | undefined): Promise<void> {
    this.loading = true
    try {
      const query = { limit: 40, ...(cursor !== undefined && { cursor }) }
      const page = await this.#api.take(this.#api.routes.GET('/api/v2/conversations', { params: { query } }))
      const first = cursor === undefined
      if (first && this.nextCursor === null) this.items = []
      this.put(page.items)
      if (!first || this.nextCursor === null || this.items.length <= page.items.length)
        this.nextCursor = page.nextCursor
      this.trouble = undefined
    } catch (error) {
      if (!isAbort(error)) this.trouble = troubleOf(error)
    } finally {
      this.loading = false
    }
  }
}
