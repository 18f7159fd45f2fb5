import createClient, { type Client } from 'openapi-fetch'
import { Failure, failureOf, isAbort, networkFailure } from './failure.ts'
import type { paths } from './schema.ts'

/** The address of the API and what to do when the server says that nobody is signed in. */
export type ApiOptions = { readonly baseUrl: string; readonly onSignedOut: () => void }

/** Every route of the server with its own types, and a raw call for event streams. */
export type Api = {
  readonly routes: Client<paths, 'application/json'>
  /** Resolves with the reply's body, or throws the Failure it stands for. */
  readonly take: <Body>(call: Promise<RouteReply<Body>>) => Promise<Body>
  /** Opens an event stream; throws a Failure when the server answers with a problem or not at all. */
  readonly open: (path: string, init: RequestInit) => Promise<Response>
}

type RouteReply<Body> = { readonly data?: Body; readonly error?: unknown; readonly response: Response }

const signedOutCodes = new Set(['not-authenticated', 'setup-required'])

/** Makes the one client of the page. Credentials are the browser's own cookie. */
export const createApi = ({ baseUrl, onSignedOut }: ApiOptions): Api => {
  const guard = (failure: Failure): Failure => {
    if (signedOutCodes.has(failure.trouble.code)) onSignedOut()
    return failure
  }
  const translate = (error: unknown): unknown =>
    error instanceof Failure || isAbort(error) ? error : networkFailure(error)

  return {
    routes: createClient<paths>({ baseUrl, credentials: 'same-origin' }),
    async take(call) {
      const { data, error, response } = await call.catch((cause: unknown) => Promise.reject(translate(cause)))
      if (!response.ok) throw guard(failureOf(response.status, error))
      return data as NonNullable<typeof data>
    },
    async open(path, init) {
      const response = await fetch(baseUrl + path, { credentials: 'same-origin', ...init }).catch((cause: unknown) =>
        Promise.reject(translate(cause)),
      )
      if (response.ok) return response
      const body: unknown = await response.json().catch(() => undefined)
      throw guard(failureOf(response.status, body))
    },
  }
}
