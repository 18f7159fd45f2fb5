import { type Exchange, isGone, unwatchReader, watchReader } from './exchange.ts'
import type { EventStream, StreamEvent } from './route.ts'
import { headersFor } from './send-reply.ts'
import { formatEvent, heartbeatFrame, retryLine } from './sse-frame.ts'

type Options = {
  /** A comment goes out after this long without an event, so that nothing between us and the reader hangs up. */
  readonly heartbeatMs: number
}

/** Says how a stream that fails ends; undefined says nothing. Only called while there is someone to tell. */
type OnFailure = (error: unknown) => StreamEvent | undefined

/** The head waits this long for the first event, so that both leave in one write. */
const headAfterMs = 50
const flushAtChars = 16 * 1024

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/**
 * Writes frames to one reader: what comes within one turn of the event loop leaves in one write. A reader that takes
 * nothing is waited for; the server cuts its socket when that lasts too long.
 */
function createFrameWriter(exchange: Exchange, { heartbeatMs }: Options, open: () => string) {
  const { outgoing } = exchange
  let pending = ''
  let opened = false
  let scheduled = false
  let blocked: PromiseWithResolvers<void> | undefined

  const release = () => {
    if (!blocked) return
    unwatchReader(exchange)
    blocked.resolve()
    blocked = undefined
  }
  const push = (text: string) => {
    if (outgoing.write(text)) return
    watchReader(exchange)
    blocked ??= Promise.withResolvers<void>()
  }
  const flush = () => {
    scheduled = false
    if (isGone(exchange) || outgoing.writableEnded) return
    const text = opened ? pending : open() + pending
    opened = true
    pending = ''
    heartbeat.refresh()
    if (text === '') outgoing.flushHeaders()
    else push(text)
  }
  const beat = () => {
    if (opened && !blocked && !isGone(exchange)) push(heartbeatFrame)
    heartbeat.refresh()
  }
  const heartbeat = setTimeout(beat, heartbeatMs).unref()
  const opening = setTimeout(() => opened || flush(), headAfterMs)
  outgoing.on('drain', release).on('close', release)

  return {
    hasBegun: () => opened || pending !== '',
    /** Resolves when the reader is ready for more; undefined when it is already. */
    write(frame: string): Promise<void> | undefined {
      pending += frame
      if (pending.length >= flushAtChars) flush()
      else if (!scheduled) {
        scheduled = true
        // Runs when no promise is left to settle, so events that are ready together are written together.
        process.nextTick(flush)
      }
      return blocked?.promise
    },
    stop() {
      clearTimeout(opening)
      clearTimeout(heartbeat)
    },
    end() {
      if (pending !== '' || !opened) flush()
      if (outgoing.writableEnded || isGone(exchange)) return
      outgoing.end()
      watchReader(exchange)
    },
  }
}

/**
 * Pulls from a source until the signal aborts. @NOTE not `Promise.race` with one long promise: each race would leave a
 * reaction on it, and a stream of a day would keep them all.
 */
function createPuller(iterator: AsyncIterator<StreamEvent>, signal: AbortSignal) {
  let wake: (() => void) | undefined
  signal.addEventListener('abort', () => wake?.(), { once: true })
  return {
    next: () =>
      new Promise<IteratorResult<StreamEvent> | undefined>((resolve, reject) => {
        if (signal.aborted) return resolve(undefined)
        wake = () => resolve(undefined)
        iterator.next().then(resolve, reject)
      }),
    /** Ends the source without waiting: it may be in the middle of what only its own signal can break off. */
    release: () => void Promise.resolve(iterator.return?.()).catch(() => undefined),
  }
}

/**
 * Sends events until they end or the reader leaves, then releases the source. A source that fails before anything is
 * sent makes this throw, so that a status can still tell of it; later, `onFailure` words the last event.
 */
export async function sendStream(
  exchange: Exchange,
  stream: EventStream & { readonly retry: boolean },
  { heartbeatMs, onFailure }: Options & { readonly onFailure: OnFailure },
): Promise<void> {
  const { outgoing, incoming, abort } = exchange
  const open = () => {
    outgoing.writeHead(200, headersFor(exchange, { ...streamHeaders, ...stream.headers }, exchange.closing()))
    return stream.retry ? retryLine : ''
  }
  const source = createPuller(stream.events[Symbol.asyncIterator](), abort.signal)
  if (incoming.method === 'HEAD') {
    open()
    outgoing.end()
    return source.release()
  }
  const writer = createFrameWriter(exchange, { heartbeatMs }, open)
  const wordFailure = (error: unknown) => {
    if (abort.signal.aborted) return
    if (!writer.hasBegun()) throw error
    const last = onFailure(error)
    if (last) void writer.write(formatEvent(last))
  }
  try {
    for (let next = await source.next(); next && !next.done; next = await source.next()) {
      await writer.write(formatEvent(next.value))
    }
    writer.end()
  } catch (error) {
    wordFailure(error)
    writer.end()
  } finally {
    writer.stop()
    source.release()
  }
}
