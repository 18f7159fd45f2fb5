import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { Access, OpenAccess, Scope } from '../core/index.ts'

type Shape = z.ZodType

/** One server-sent event. `data` is encoded as JSON in one line unless it is a string, which goes out as it is. */
export type StreamEvent = {
  readonly id?: string | number
  readonly event?: string
  readonly data: unknown
}

/** Events to send, and what closes the stream in the protocol's own words (`[DONE]`). */
export type EventStream = {
  readonly kind: 'event-stream'
  readonly events: AsyncIterable<StreamEvent>
  readonly headers?: Readonly<Record<string, string>>
  /** Never ends by itself (a feed): is ended as soon as the server begins to shut down, not after its grace time. */
  readonly endless?: boolean
}

/** A JSON (or, with `contentType`, other) reply; a plain object returned by a handler is `{ status: 200, body }`. */
export type Reply = {
  readonly kind: 'reply'
  readonly status: number
  readonly body?: unknown
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Reads request headers by name, in any case; several of one name come joined by commas. */
export type HeaderReader = Pick<Headers, 'get' | 'has'>

/** The transport as a handler may see it: never the means to find out who asks, for that is `scope`. */
export type Transport = {
  readonly method: string
  readonly url: URL
  readonly headers: HeaderReader
  readonly remoteAddress: string
  readonly requestId: string
  /** Aborts when the client leaves, or when the server shuts down. */
  readonly signal: AbortSignal
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** What a handler gets: every part parsed by the route's own schema. `scope` is absent on public and set-up routes. */
export type Call<Params, Query, Body, Scoped> = {
  readonly scope: Scoped
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Aborts when the client leaves, or when the server shuts down. */
  readonly signal: AbortSignal
  readonly transport: Transport
}

type Parsed<S> = S extends Shape ? z.output<S> : undefined

/** The scope of a route: none where anyone may call. */
export type ScopeOf<A extends Access> = A extends OpenAccess ? Scope | undefined : Scope

/** What a route says of itself; OpenAPI, validation, the permission check and the type of the call all follow. */
export type RouteDefinition<
  A extends Access = Access,
  P extends Shape | undefined = Shape | undefined,
  Q extends Shape | undefined = Shape | undefined,
  B extends Shape | undefined = Shape | undefined,
> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** OpenAPI spelling: `/api/v2/conversations/{conversationId}`. */
  readonly path: string
  readonly access: A
  readonly summary: string
  readonly tag: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** The largest body, as sent and as unpacked; when absent 16 KiB for open access, else the server's limit. */
  readonly maxBodyBytes?: number
  /** The schema of each success reply by status; `'stream'` names an event stream, `'none'` an empty body. */
  readonly replies: Readonly<Record<number, Shape | 'stream' | 'none'>>
  /** The schema of what one event of its stream carries, for the OpenAPI document. */
  readonly events?: Shape
  /** The name in the OpenAPI document; made from method and path when absent. */
  readonly operationId?: string
  /** How this route words its failures; native problem+json when absent. */
  readonly renderProblem?: ProblemRenderer
  /** Left out of the OpenAPI document: pages and assets. */
  readonly hidden?: boolean
  readonly handler: (
    call: Call<Parsed<P>, Parsed<Q>, Parsed<B>, ScopeOf<A>>,
  ) => Promise<Reply | EventStream | Readonly<Record<string, unknown>>> | Reply | EventStream
}

/** Words a failure in a dialect's own shape; `error` is whatever was thrown. */
export type ProblemRenderer = (error: unknown, place: { instance: string; requestId: string }) => Reply

/** A route with its types erased, as the server keeps it. */
export type Route = Omit<RouteDefinition, 'handler'> & {
  readonly handler: (
    call: Call<unknown, unknown, unknown, Scope | undefined>,
  ) => Promise<Reply | EventStream | Readonly<Record<string, unknown>>> | Reply | EventStream
}

/**
 * Declares a route and erases its types.
 * @NOTE the one cast of the route table: the server calls a handler only with what the route's own schemas parsed.
 */
export const defineRoute = <
  A extends Access,
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
>(
  definition: RouteDefinition<A, P, Q, B>,
): Route => definition as unknown as Route

export const reply = (status: number, body?: unknown, headers?: Record<string, string>): Reply => ({
  kind: 'reply',
  status,
  body,
  ...(headers && { headers }),
})

export const streamOf = (events: AsyncIterable<StreamEvent>, headers?: Record<string, string>): EventStream => ({
  kind: 'event-stream',
  events,
  ...(headers && { headers }),
})
