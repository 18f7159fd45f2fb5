import { untrack } from 'svelte'
import {
  type Api,
  type Context,
  type Conversation,
  createIdempotencyKey,
  isAbort,
  type Message,
  type Trouble,
  troubleOf,
} from '../api/index.ts'
import { joinNewest, placeMessage } from './branch.ts'
import { followTurn, type TurnStart } from './follow-turn.ts'
import { applyEvent, type LiveAnswer, shownMessage, startAnswer, type TurnStarted } from './live-answer.ts'

export type OpenDeps = {
  readonly api: Api
  readonly waitToRetry: (attempt: number, signal: AbortSignal) => Promise<void>
  /** Reads the conversation itself afresh, for the list too. */
  readonly refresh: (conversationId: string) => Promise<Conversation>
  readonly change: (conversationId: string, body: { headMessageId: string }) => Promise<Conversation>
  /** Gives text back to the composer when it could not be sent. */
  readonly giveBack: (text: string) => void
  /** Called as an answer grows and when it ends, for those who listen instead of look. */
  readonly onAnswer: (answer: LiveAnswer, ended: boolean) => void
}

/** A message on its way: shown at once, kept with its trouble when it did not arrive. */
type Outgoing = {
  /** One for all attempts: when only the reply was lost, sending again asks nothing twice. */
  readonly key: string
  readonly body: { readonly text: string; readonly parentMessageId?: string | null }
  readonly trouble?: Trouble
}
type Request = { readonly key: string; readonly body: object }
type Action = 'regenerate' | 'continue'

const pageSize = 50
const streamHeaders = { accept: 'text/event-stream', 'content-type': 'application/json' }

/** The conversation on the screen: its loaded messages, and the answer that is being written in it. */
export class OpenConversation {
  readonly id: string
  messages = $state.raw<readonly Message[]>([])
  olderCursor = $state.raw<string | null>(null)
  loaded = $state(false)
  loadingOlder = $state(false)
  trouble = $state.raw<Trouble>()
  outgoing = $state.raw<Outgoing>()
  live = $state.raw<LiveAnswer>()
  /** True from the moment something is asked until its answer has ended. */
  busy = $state(false)
  /** True while the loaded messages end before the newest one, after a jump into the past. */
  detached = $state(false)
  contexts = $state.raw<Readonly<Record<string, Context>>>({})
  troubles = $state.raw<Readonly<Record<string, Trouble>>>({})
  readonly #deps: OpenDeps
  readonly #closed = new AbortController()
  #frame: number | undefined
  #latest: LiveAnswer | undefined
  #syncing: Promise<void> | undefined
  #staleAgain = false

  constructor(deps: OpenDeps, id: string) {
    this.#deps = deps
    this.id = id
  }

  /** Lets go of the stream; the answer itself goes on in the server. */
  close(): void {
    this.#closed.abort()
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
  }

  /** Reads the newest messages and joins a running answer; calls that come while one is under way become one more. */
  sync(): Promise<void> {
    if (this.#syncing !== undefined) {
      this.#staleAgain = true
      return this.#syncing
    }
    this.#syncing = this.#sync().finally(() => {
      this.#syncing = undefined
      const again = this.#staleAgain
      this.#staleAgain = false
      if (again && !this.#closed.signal.aborted) void this.sync()
    })
    return this.#syncing
  }

  /** Shows the part of the conversation around a message; false when it can not be shown here. */
  async jump(messageId: string): Promise<boolean> {
    if (this.messages.some((one) => one.id === messageId)) return true
    try {
      const page = await this.#page({ around: messageId })
      if (!page.items.some((one) => one.id === messageId)) return false
      const conversation = await this.#deps.refresh(this.id)
      this.messages = page.items
      this.olderCursor = page.nextCursor
      this.loaded = true
      this.detached = page.items.at(-1)?.id !== conversation.headMessageId
      return true
    } catch (error) {
      if (!isAbort(error)) this.trouble = troubleOf(error)
      return false
    }
  }

  /** Returns from a jump to the end of the conversation. */
  async showNewest(): Promise<void> {
    this.detached = false
    await this.sync()
  }

  async loadOlder(): Promise<void> {
    if (this.olderCursor === null || this.loadingOlder) return
    this.loadingOlder = true
    try {
      const page = await this.#page({ before: this.olderCursor })
      const known = new Set(this.messages.map((one) => one.id))
      this.messages = [...page.items.filter((one) => !known.has(one.id)), ...this.messages]
      this.olderCursor = page.nextCursor
    } catch (error) {
      if (!isAbort(error)) this.trouble = troubleOf(error)
    } finally {
      this.loadingOlder = false
    }
  }

  /** Asks; with a parent, as a new version of what followed that message. */
  async send(text: string, parentMessageId?: string | null): Promise<void> {
    const body = { text, ...(parentMessageId !== undefined && { parentMessageId }) }
    await this.#send({ key: createIdempotencyKey(), body })
  }

  /** Sends again what did not arrive. */
  async sendAgain(): Promise<void> {
    const { outgoing } = this
    if (outgoing) await this.#send({ key: outgoing.key, body: outgoing.body })
  }

  discardOutgoing(): void {
    if (this.outgoing) this.#deps.giveBack(this.outgoing.body.text)
    this.outgoing = undefined
  }

  /** Answers again, or goes on with an interrupted answer. */
  async repeat(message: Message, action: Action): Promise<void> {
    const request = { key: createIdempotencyKey(), body: {} }
    await this.#ask(`/api/v2/messages/${message.id}/${action}`, request, (trouble) => {
      this.troubles = { ...this.troubles, [message.id]: trouble }
    })
  }

  async stop(): Promise<void> {
    const turnId = this.live?.turnId
    if (turnId === undefined) return
    const call = this.#deps.api.routes.POST('/api/v2/turns/{turnId}/stop', { params: { path: { turnId } } })
    await this.#deps.api.take(call).catch((error: unknown) => {
      this.trouble = troubleOf(error)
    })
  }

  /** Shows another version of a message, and what followed it. */
  async showVersion(messageId: string): Promise<void> {
    try {
      await this.#deps.change(this.id, { headMessageId: messageId })
      this.detached = false
      await this.sync()
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  /** What the model was given for an answer; undefined when nothing is recorded. */
  async loadContext(messageId: string): Promise<Context | undefined> {
    const known = untrack(() => this.contexts[messageId])
    if (known) return known
    const call = this.#deps.api.routes.GET('/api/v2/messages/{messageId}/context', { params: { path: { messageId } } })
    const record = await this.#deps.api.take(call).catch(() => undefined)
    const context = record?.context
    if (context) this.contexts = { ...this.contexts, [messageId]: context }
    return context
  }

  async #sync(): Promise<void> {
    try {
      const [conversation, page] = await Promise.all([this.#deps.refresh(this.id), this.#page({})])
      if (!this.detached) this.#takeNewest(page)
      this.trouble = undefined
      this.loaded = true
      if (conversation.runningTurnId !== null && !this.busy) void this.#join(conversation.runningTurnId)
    } catch (error) {
      if (!isAbort(error) && !this.#closed.signal.aborted) this.trouble = troubleOf(error)
    }
  }

  #takeNewest(page: { items: readonly Message[]; nextCursor: string | null }): void {
    const { messages, joined } = joinNewest(this.messages, page.items)
    this.messages = messages
    if (!joined || this.messages.length === page.items.length) this.olderCursor = page.nextCursor
    if (this.live) this.#show(this.live)
    const { outgoing } = this
    if (outgoing?.trouble && page.items.findLast((one) => one.role === 'user')?.text === outgoing.body.text) {
      this.outgoing = undefined
    }
  }

  async #page(query: { before?: string; around?: string }): Promise<{ items: Message[]; nextCursor: string | null }> {
    const params = { path: { conversationId: this.id }, query: { limit: pageSize, ...query } }
    const { signal } = this.#closed
    return await this.#deps.api.take(
      this.#deps.api.routes.GET('/api/v2/conversations/{conversationId}/messages', { params, signal }),
    )
  }

  async #send(outgoing: Outgoing): Promise<void> {
    this.outgoing = outgoing
    await this.#ask(`/api/v2/conversations/${this.id}/turns`, outgoing, (trouble) => {
      if (this.outgoing?.key === outgoing.key) this.outgoing = { ...outgoing, trouble }
    })
  }

  async #ask(path: string, { key, body }: Request, onTrouble: (trouble: Trouble) => void): Promise<void> {
    if (this.busy) return
    this.busy = true
    try {
      const response = await this.#deps.api.open(path, {
        method: 'POST',
        headers: { ...streamHeaders, 'idempotency-key': key },
        body: JSON.stringify({ ...body, stream: true }),
        signal: this.#closed.signal,
      })
      if (this.detached) await this.showNewest()
      await this.#follow({ response }).catch((error: unknown) => {
        // It began, so it is stored, whatever became of the way to it.
        this.#staleAgain = true
        throw error
      })
    } catch (error) {
      if (!this.#closed.signal.aborted) onTrouble(troubleOf(error))
    } finally {
      this.#settle()
    }
  }

  async #join(turnId: string): Promise<void> {
    this.busy = true
    try {
      await this.#follow({ turnId })
    } catch {
      // The turn has ended and its events are gone: what is stored is all there is.
      this.#staleAgain = true
    } finally {
      this.#settle()
    }
  }

  /** Nothing is being written any more; what could not be shown on the way is read now. */
  #settle(): void {
    this.busy = false
    this.live = undefined
    if (!this.#staleAgain || this.#closed.signal.aborted) return
    this.#staleAgain = false
    void this.sync()
  }

  async #follow(start: TurnStart): Promise<void> {
    const { signal } = this.#closed
    const deps = { attach: this.#attach, waitToRetry: this.#deps.waitToRetry }
    let answer: LiveAnswer | undefined
    try {
      for await (const event of followTurn(deps, start, signal)) {
        if (event.type === 'turn-start') answer = this.#begin(event)
        else if (answer) answer = applyEvent(answer, event)
        if (answer) this.#schedule(answer)
      }
    } finally {
      if (answer && !signal.aborted) this.#end(answer)
    }
  }

  readonly #attach = (turnId: string, after: number, signal: AbortSignal): Promise<Response> => {
    const headers = { accept: 'text/event-stream', ...(after > 0 && { 'last-event-id': String(after) }) }
    return this.#deps.api.open(`/api/v2/turns/${turnId}/events`, { headers, signal })
  }

  #begin(event: TurnStarted): LiveAnswer {
    const answer = startAnswer(event)
    this.outgoing = undefined
    if (event.userMessage) this.#place(event.userMessage)
    this.#show(answer)
    // Its place may lie before what is loaded, as when the first loaded message was edited.
    if (this.#staleAgain) void this.sync()
    return answer
  }

  /** Many pieces may arrive within one picture of the screen; they are shown together. */
  #schedule(answer: LiveAnswer): void {
    this.#latest = answer
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined
      if (this.#latest) this.#show(this.#latest)
    })
  }

  #show(answer: LiveAnswer): void {
    this.live = answer
    if (answer.context) this.contexts = { ...this.contexts, [answer.message.id]: answer.context }
    const stored = this.messages.find((one) => one.id === answer.message.id)
    this.#place(shownMessage(answer, stored))
    this.#deps.onAnswer(answer, false)
  }

  #end(answer: LiveAnswer): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#frame = undefined
    this.#latest = undefined
    this.#show(answer)
    if (answer.trouble) this.troubles = { ...this.troubles, [answer.message.id]: answer.trouble }
    this.live = undefined
    this.#deps.onAnswer(answer, true)
  }

  #place(message: Message): void {
    const placed = placeMessage(this.messages, message)
    if (placed) this.messages = placed
    else if (!this.detached) this.#staleAgain = true
  }
}
