import { type Api, type Frame, readFrames } from '../api/index.ts'
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
/** From here on the delay no longer grows. */
const maxAttempt = 10

/** The one lasting connection to the server: its feed of changes, and whether we are connected at all. */
export class Connection {
  status = $state<ConnectionStatus>('connecting')
  readonly #deps: Deps
  #closed = new AbortController()
  readonly #wake = new EventTarget()
  #line: AbortController | undefined
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  #paused = false
  #attempt = 0
  #openedBefore = false

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
    this.#attempt = 0
    this.#openedBefore = false
    void this.#run(signal)
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
    while (!signal.aborted) {
      await this.#follow()
      if (signal.aborted) return
      if (this.#paused) await this.#untilSeen(signal)
      else await this.#pauseBetween(signal)
    }
  }

  async #pauseBetween(signal: AbortSignal): Promise<void> {
    this.status = navigator.onLine ? 'reconnecting' : 'offline'
    await this.waitToRetry(this.#attempt++, signal)
  }

  async #untilSeen(signal: AbortSignal): Promise<void> {
    while (this.#paused && !signal.aborted) await this.waitToRetry(maxAttempt, signal)
  }

  #opened(): void {
    const returned = this.#openedBefore
    this.#openedBefore = true
    this.#attempt = 0
    this.status = 'online'
    // Whatever else waits for the server may go on too.
    this.retry()
    if (returned) this.#deps.onReturn()
  }

  /** Follows the feed until it ends, for whatever reason. */
  async #follow(): Promise<void> {
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
      this.#opened()
      for await (const frame of readFrames(response, onBytes)) this.#take(frame)
    } catch {
      // Whatever broke the line, the way on is the same: wait, and open it again.
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
