import type { IncomingMessage, ServerResponse } from 'node:http'
import { createId, isId } from '../core/index.ts'
import { announcesBody } from './read-body.ts'

/** One request and its reply, from the first line read to the last byte written. */
export type Exchange = {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly requestId: string
  /** The path without the base path and the query, still percent-encoded. */
  readonly path: string
  readonly search: string
  readonly startedAtMs: number
  readonly abort: AbortController
  /** Headers that only this request's reply bears, such as those for another origin. */
  readonly extraHeaders: Readonly<Record<string, string>> | undefined
  /** Whether the server has begun to shut down. */
  readonly closing: () => boolean
  /** A reader that takes nothing for this long, while there is something to take, is cut. */
  readonly stallTimeoutMs: number
  endless: boolean
}

const foreignId = /^[A-Za-z0-9._:-]{1,128}$/

/** The caller's own id for the request when it is a plain one, else a new one. */
export function requestIdOf(incoming: IncomingMessage): string {
  const given = incoming.headers['x-request-id']
  return typeof given === 'string' && (isId(given) || foreignId.test(given)) ? given : createId()
}

/** Tells whether some of the request's body may still be on its way. */
export const hasUnreadBody = ({ incoming }: Exchange): boolean => announcesBody(incoming) && !incoming.complete

/**
 * Has a reader cut that stops taking what is waiting for it. Only a connection with something waiting is watched, since
 * a time limit on each request costs more than all its routing; the socket itself counts any progress.
 */
export function watchReader({ outgoing, stallTimeoutMs }: Exchange): void {
  if (outgoing.writableLength > 0) outgoing.socket?.setTimeout(stallTimeoutMs)
}

/** Ends the watch when the reader has caught up. */
export const unwatchReader = ({ outgoing }: Exchange): void => void outgoing.socket?.setTimeout(0)

/** Tells whether there is nobody left to answer. */
export const isGone = ({ outgoing }: Exchange): boolean => outgoing.destroyed || outgoing.socket?.destroyed === true
