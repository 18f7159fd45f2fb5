import { request } from 'undici'
import { type Problem, ProblemError } from '../core/index.ts'

type Call = { readonly method?: 'GET' | 'POST'; readonly path: string; readonly body?: unknown }

/** Speaks to a running Hearth as any other client would. */
export type Client = ReturnType<typeof createClient>

export function createClient(url: string) {
  let cookie: string | undefined

  const send = async ({ method = 'POST', path, body }: Call) => {
    const headers = { ...(body !== undefined && { 'content-type': 'application/json' }), ...(cookie && { cookie }) }
    const text = body === undefined ? null : JSON.stringify(body)
    const reply = await request(`${url}${path}`, { method, headers, body: text }).catch((cause: unknown) => {
      throw new ProblemError('provider-unreachable', {
        detail: `No Hearth answers at ${url}: start it with hearth serve.`,
        cause,
      })
    })
    if (reply.statusCode < 400) return reply
    const problem = (await reply.body.json().catch(() => undefined)) as Problem | undefined
    throw new ProblemError(problem?.code ?? 'internal', {
      detail: problem?.detail ?? problem?.title ?? 'no reason given',
    })
  }

  const json = async <T>(call: Call): Promise<T> => (await send(call)).body.json() as Promise<T>

  const stream = async (call: Call): Promise<AsyncIterable<Uint8Array>> => (await send(call)).body

  const logIn = async (login: { name: string; password: string }): Promise<void> => {
    const { headers, body } = await send({ path: '/api/v2/auth/login', body: login })
    await body.dump()
    cookie = [headers['set-cookie']].flat()[0]?.split(';', 1)[0]
  }

  return { send, json, stream, logIn }
}
