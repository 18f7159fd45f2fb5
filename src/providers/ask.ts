import type { z } from 'zod'
import { ProblemError } from '../core/index.ts'
import type { OperatorClient, OperatorReply, OperatorRequest } from '../http/index.ts'
import { fromEgress, fromRefusal, type Refusal, type Wording } from './faults.ts'

const maxReplyBytes = 8 * 1024 * 1024
const maxRefusalBytes = 64 * 1024

/** Reads the provider's own message and code out of the body of a refusal. */
export type RefusalReader = (body: string) => Pick<Refusal, 'message' | 'code'>

/** One provider's server: where it is, how its refusals are read, how its failures are worded. */
export type Server = {
  readonly client: OperatorClient
  readonly headers: Readonly<Record<string, string>>
  readonly wording: Wording
  readonly readRefusal: RefusalReader
}

/**
 * Sends a request and hands the reply over when it is a success.
 * @throws ProblemError for every other status and every failure of the connection
 */
export async function send(server: Server, request: Omit<OperatorRequest, 'headers'>): Promise<OperatorReply> {
  const reply = await trySend(server, request)
  if ('refusal' in reply) throw fromRefusal(reply.refusal, server.wording)
  return reply
}

/** As `send`, but hands a refusal back for those who can do something about it. */
export async function trySend(
  server: Server,
  request: Omit<OperatorRequest, 'headers'>,
): Promise<OperatorReply | { readonly refusal: Refusal }> {
  const headers =
    request.body === undefined ? server.headers : { ...server.headers, 'content-type': 'application/json' }
  try {
    const reply = await server.client.request({ ...request, headers })
    if (reply.status >= 200 && reply.status < 300) return reply
    const body = await readText(reply, maxRefusalBytes)
    return { refusal: { status: reply.status, headers: reply.headers, ...readRefusal(reply, body, server) } }
  } catch (error) {
    throw request.signal.aborted ? request.signal.reason : fromEgress(error, server.wording)
  }
}

function readRefusal(reply: OperatorReply, body: string, server: Server): Pick<Refusal, 'message' | 'code'> {
  if (/^\s*</.test(body) || reply.headers['content-type']?.includes('html')) {
    return { code: '', message: 'an HTML page' }
  }
  return server.readRefusal(body)
}

/**
 * Asks for one JSON document and checks its form.
 * @throws ProblemError `provider-malformed` when it is something else
 */
export async function askJson<T>(
  server: Server,
  schema: z.ZodType<T>,
  request: Omit<OperatorRequest, 'headers'>,
): Promise<T> {
  const reply = await send(server, request)
  const text = await readText(reply, maxReplyBytes).catch((error: unknown) => {
    throw request.signal.aborted ? request.signal.reason : fromEgress(error, server.wording)
  })
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new ProblemError('provider-malformed', {
    detail: `${server.wording.who} did not answer ${request.path} as expected: is something else running there?`,
    cause: parsed.error,
  })
}

/** Parses JSON; `undefined`, which no schema takes, when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads a body as text, at most `maxBytes` of it: what is longer is cut off and the connection closed. */
async function readText({ body }: OperatorReply, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8')
}
