import { type Api, type Frame, isAbort, readFrames } from '../api/index.ts'
import { retryDelayMs, waitOrWake } from './retry.ts'

export type FeedEvent =
  | { readonly type: 'conversation-changed'; readonly conversationId: string; readonly runningTurnId: string | null }
  | { readonly type: 'conversation-deleted'; readonly conversationId: string }
  | { readonly type: 'models-changed' }

export type ConnectionStatus = 'connecting' | 'online' | 'reconnecting' | 'offline'

type Deps = {
  readonly api: Api
  readonly onEvent: (event: FeedEvent) => void
  /** The feed is open again after a gap: whatever is shown may be stale. */
  readonly onReturn: () => void
}

/** The server sends a heartbeat every 15 s; a line that is silent for longer than two of them is dead. */
const silenceMs = 40_000
/** A browser opens few connections to one server: a page nobody looks at gives its own back. */
const hiddenMs = 20_000

/** The one lasting connection to the server: its feed of changes, and whether we are connected at all. */
export class Connection {
  status = $state<ConnectionStatus>('connecting')
  readonly #deps: Deps
  #closed = new AbortController()
  readonly #wake = new EventTarget()
  #line: AbortController | undefined
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  #paused = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Opens the feed and keeps it open until `close`. */
  start(): void {
    this.#closed = new AbortController()
    const { signal } = this.#closed
    window.addEventListener('online', () => this.retry(), { signal })
    window.addEventListener('offline', () => this.#goOffline(), { signal })
    document.addEventListener('visibilitychange', () => this.#followVisibility(), { signal })
    if (!navigator.onLine) this.status = 'offline'
    this.#run(signal)
  }

  close(): void {
    this.#closed.abort()
    this.#line?.abort()
    clearTimeout(this.#hiddenTimer)
  }

  /** Tries again at once instead of waiting for the next attempt. */
  retry(): void {
    this.#wake.dispatchEvent(new Event('wake'))
  }

  /** Waits before an attempt (from 0) of anything that lost its connection; wakes up early when the way is free. */
  readonly waitToRetry = (attempt: number, signal: AbortSignal): Promise<void> =>
    waitOrWake(retryDelayMs(attempt), signal, this.#wake)

  async #run(signal: AbortSignal): Promise<void> {
    for (let attempt = 0, opened = false; !signal.aborted; attempt += 1) {
      const before = opened
      await this.#follow(() => {
        opened = true
        attempt = 0
        this.status = 'online'
        this.retry()
        if (before) this.#deps.onReturn()
      })
      if (signal.aborted) return
      if (!this.#paused) this.status = navigator.onLine ? 'reconnecting' : 'offline'
      await this.waitToRetry(this.#paused ? 30 : attempt, signal)
      while (this.#paused && !signal.aborted) await this.waitToRetry(30, signal)
    }
  }

  /** Follows the feed until it ends, for whatever reason. */
  async #follow(onOpen: () => void): Promise<void> {
    const line = new AbortController()
    this.#line = line
    let watchdog = setTimeout(() => line.abort(), silenceMs)
    const onBytes = () => {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => line.abort(), silenceMs)
    }
    try {
      const headers = { accept: 'text/event-stream' }
      const response = await this.#deps.api.open('/api/v2/events', { headers, signal: line.signal })
      onOpen()
      for await (const frame of readFrames(response, onBytes)) this.#take(frame)
    } catch (error) {
      if (!isAbort(error)) return
    } finally {
      clearTimeout(watchdog)
      line.abort()
    }
  }

  #take(frame: Frame): void {
    const body: unknown = JSON.parse(frame.text)
    this.#deps.onEvent({ ...(body as object), type: frame.event } as FeedEvent)
  }

  #goOffline(): void {
    this.status = 'offline'
    this.#line?.abort()
  }

  #followVisibility(): void {
    clearTimeout(this.#hiddenTimer)
    if (document.visibilityState === 'hidden') {
      this.#hiddenTimer = setTimeout(() => {
        this.#paused = true
        this.#line?.abort()
      }, hiddenMs)
    } else if (this.#paused) {
      this.#paused = false
      this.retry()
    }
  }
}
