import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type Log, ProblemError, type Scope, silentLog, systemClock } from '../../src/core/index.ts'
import { createServer, defineRoute, type Route, type ServerDeps, type ServerOptions } from '../../src/http/index.ts'

type Given = {
  readonly routes?: readonly Route[]
  readonly deps?: Partial<ServerDeps>
  readonly options?: Partial<ServerOptions>
}

/** Whoever says `Bearer owner` is the owner; a scope as auth would make it. */
const admit: ServerDeps['admit'] = async (transport) => {
  if (transport.headers.get('authorization') !== 'Bearer owner') return undefined
  const { requestId, signal } = transport
  return { userId: 'u', brainId: 'b', role: 'owner', requestId, signal } as unknown as Scope
}

/** A real server on a free port of loopback; it is closed with the test. */
export async function serve({ routes = [], deps = {}, options = {} }: Given = {}) {
  const all = { routes, admit, log: silentLog, clock: systemClock, version: '0.0.0', ...deps }
  const server = createServer(all, { host: '127.0.0.1', port: 0, ...options })
  const { url, port } = await server.listen()
  onTestFinished(() => server.close(0))
  return { server, url, port, call: (path: string, init?: RequestInit) => fetch(url + path, init) }
}

/** A route that stores what it is sent; `stored` shows whether anything got through. */
export function storingRoute(definition: { access?: 'public' | 'conversations:write' } = {}) {
  const stored: string[] = []
  const route = defineRoute({
    method: 'post',
    path: '/messages',
    access: definition.access ?? 'public',
    summary: 'Stores a text',
    tag: 'test',
    body: z.object({ text: z.string().min(1).max(50), tags: z.array(z.object({ name: z.string() })).optional() }),
    replies: { 200: z.object({ text: z.string() }) },
    handler: async ({ body }) => {
      stored.push(body.text)
      return body
    },
  })
  return { route, stored }
}

/** A route that fails as told. */
export const failingRoute = (error: unknown, extra: Partial<Route> = {}): Route => ({
  ...defineRoute({
    method: 'get',
    path: '/fails',
    access: 'public',
    summary: 'Fails',
    tag: 'test',
    replies: { 200: 'none' },
    handler: async () => {
      throw error
    },
  }),
  ...extra,
})

export const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json', ...headers },
  ...(body instanceof ReadableStream && { duplex: 'half' }),
})

/** Sends bytes as they are and resolves with all that came back once the server has closed the connection. */
export function raw(port: number, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => {
      for (const piece of pieces) socket.write(piece)
    })
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
  })
}

/** Keeps what is logged as errors. */
export function keptLog(): { log: Log; errors: unknown[] } {
  const errors: unknown[] = []
  return { errors, log: { ...silentLog, error: (event, fields) => errors.push({ event, ...fields }) } }
}

export const secretProblem = () =>
  new ProblemError('storage-busy', { detail: 'Wait a little.', retryAfterMs: 1_200, cause: new Error('SELECT secret') })
