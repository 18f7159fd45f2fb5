import type { OutgoingHttpHeaders } from 'node:http'
import { type Exchange, hasUnreadBody, isGone, watchReader } from './exchange.ts'
import type { Reply } from './route.ts'
import { apiHeaders } from './security-headers.ts'

/** How long, and how much, a refused sender may go on sending before it is cut; it needs this to hear the answer. */
const lingerMs = 500
const lingerBytes = 256 * 1024

const flatApiHeaders: readonly string[] = Object.entries(apiHeaders).flat()

type Payload = { readonly content: string | Uint8Array; readonly contentType: string; readonly sizeBytes: number }

function payloadOf({ body, contentType }: Reply): Payload | undefined {
  if (body === undefined) return undefined
  if (body instanceof Uint8Array) {
    return { content: body, contentType: contentType ?? 'application/octet-stream', sizeBytes: body.byteLength }
  }
  const asText = contentType !== undefined && typeof body === 'string'
  const content = asText ? body : JSON.stringify(body)
  return { content, contentType: contentType ?? 'application/json', sizeBytes: Buffer.byteLength(content) }
}

/** The headers every reply bears, the reply's own, and those of this one request, the later winning. */
export function headersFor(
  exchange: Exchange,
  own: Readonly<Record<string, string>> | undefined,
  close: boolean,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...apiHeaders }
  for (const name in own) headers[name.toLowerCase()] = own[name]
  Object.assign(headers, exchange.extraHeaders)
  headers['x-request-id'] = exchange.requestId
  if (close) headers.connection = 'close'
  return headers
}

type Outgoing = { readonly reply: Reply; readonly payload: Payload | undefined; readonly close: boolean }

/** Most replies have no headers of their own, and then nothing is merged. */
function writeHead(exchange: Exchange, { reply, payload, close }: Outgoing): void {
  const { outgoing, requestId, extraHeaders } = exchange
  if (payload && !reply.headers && !extraHeaders && !close) {
    const { contentType, sizeBytes } = payload
    const own = ['x-request-id', requestId, 'content-type', contentType, 'content-length', String(sizeBytes)]
    outgoing.writeHead(reply.status, [...flatApiHeaders, ...own])
    return
  }
  const headers = headersFor(exchange, reply.headers, close)
  if (payload) headers['content-type'] = payload.contentType
  if (reply.status !== 204 && reply.status !== 304) headers['content-length'] = payload?.sizeBytes ?? 0
  outgoing.writeHead(reply.status, headers)
}

/**
 * Ends a reply whose request has not been read to its end. Closing at once would reset the connection, and the client
 * would lose the answer; so the rest is thrown away for a moment, within bounds, and then the connection ends.
 */
function endLingering({ incoming, outgoing }: Exchange): void {
  let leftBytes = lingerBytes
  const finish = () => {
    clearTimeout(timer)
    incoming.off('data', onChunk).off('end', finish).off('close', finish).pause()
    outgoing.end()
  }
  const onChunk = (chunk: Buffer) => {
    leftBytes -= chunk.length
    if (leftBytes < 0) incoming.pause()
  }
  const timer = setTimeout(finish, lingerMs)
  incoming.on('data', onChunk).on('end', finish).on('close', finish).resume()
}

/** Writes a whole reply. Does nothing when the client has left or the head is already out. */
export function sendReply(exchange: Exchange, reply: Reply): void {
  const { incoming, outgoing } = exchange
  if (outgoing.headersSent || isGone(exchange)) return
  const payload = payloadOf(reply)
  const unread = hasUnreadBody(exchange)
  writeHead(exchange, { reply, payload, close: unread || exchange.closing() })
  const content = incoming.method === 'HEAD' ? undefined : payload?.content
  if (!unread) {
    outgoing.end(content)
    watchReader(exchange)
    return
  }
  if (content === undefined) outgoing.flushHeaders()
  else outgoing.write(content)
  endLingering(exchange)
}
