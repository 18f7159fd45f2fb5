import { ProblemError } from '../core/index.ts'
import { defineRoute, type Route, reply, type Transport } from '../http/index.ts'
import type { Accounts } from './accounts.ts'
import type { Identity } from './admit.ts'
import { clearedSessionCookie, sessionCookie } from './cookie.ts'
import { isLoopback } from './local-owner.ts'
import { accountSchema, authStatusSchema, loginSchema, setupSchema } from './schema.ts'
import type { AuthStore } from './store.ts'

type RoutesDeps = {
  readonly accounts: Accounts
  readonly store: AuthStore
  readonly identify: (transport: Transport) => Promise<Identity | undefined>
  readonly isLocal: (transport: Transport) => boolean
  readonly logOut: (transport: Transport) => Promise<void>
}

type RoutesOptions = { readonly title: string; readonly sessionMs: number }

const userAgentOf = (transport: Transport): string => transport.headers.get('user-agent') ?? ''

/** Signing in and out, the first set-up, and the account. */
export const createAuthRoutes = (deps: RoutesDeps, options: RoutesOptions): Route[] => [
  statusRoute(deps, options),
  accountRoute(deps),
  ...signInRoutes(deps, options),
]

const statusRoute = ({ accounts, identify }: RoutesDeps, { title }: RoutesOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v2/auth/status',
    access: 'setup',
    summary: 'Whether the caller is signed in, and what the server asks for',
    tag: 'account',
    replies: { 200: authStatusSchema },
    handler: async ({ transport }) => {
      const identity = await identify(transport)
      const { hasPassword } = accounts.owner()
      return {
        title,
        signedIn: identity !== undefined,
        needsSetup: !hasPassword && identity === undefined,
        hasPassword,
        plainHttp: transport.url.protocol === 'http:' && !isLoopback(transport.remoteAddress),
      }
    },
  })

const accountRoute = ({ accounts, store, identify }: RoutesDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v2/account',
    access: 'account:read',
    summary: 'Who the caller is',
    tag: 'account',
    replies: { 200: accountSchema },
    handler: async ({ scope, transport }) => {
      const user = await store.findUser(scope.userId)
      if (user === undefined) throw new ProblemError('not-found')
      const { name, displayName, role, locale, timeZone } = user
      const identity = await identify(transport)
      const { hasPassword } = accounts.owner()
      return { name, displayName, role, locale, timeZone, hasPassword, local: identity?.via === 'local' }
    },
  })

const signInRoutes = ({ accounts, isLocal, logOut }: RoutesDeps, { sessionMs }: RoutesOptions): Route[] => [
  defineRoute({
    method: 'post',
    path: '/api/v2/auth/login',
    access: 'setup',
    summary: 'Sign in with a name and a password',
    tag: 'account',
    body: loginSchema,
    replies: { 204: 'none' },
    handler: async ({ body, signal, transport }) => {
      const from = { address: transport.remoteAddress, userAgent: userAgentOf(transport), signal }
      const token = await accounts.logIn(body, from)
      return reply(204, undefined, { 'Set-Cookie': sessionCookie(token, sessionMs) })
    },
  }),
  defineRoute({
    method: 'post',
    path: '/api/v2/auth/logout',
    access: 'setup',
    summary: 'Sign out here',
    tag: 'account',
    replies: { 204: 'none' },
    handler: async ({ transport }) => {
      await logOut(transport)
      return reply(204, undefined, { 'Set-Cookie': clearedSessionCookie })
    },
  }),
  defineRoute({
    method: 'post',
    path: '/api/v2/auth/setup',
    access: 'setup',
    summary: 'Name the owner and set a password: from this machine, or with the set-up link',
    tag: 'account',
    body: setupSchema,
    replies: { 204: 'none' },
    handler: async ({ body, transport }) => {
      const { token, ...chosen } = body
      if (!isLocal(transport) && !accounts.isSetupToken(token)) {
        throw new ProblemError('not-allowed', {
          detail: 'Use the set-up link that the server printed when it started.',
        })
      }
      const login = await accounts.setUp(chosen, userAgentOf(transport))
      return reply(204, undefined, { 'Set-Cookie': sessionCookie(login, sessionMs) })
    },
  }),
]
