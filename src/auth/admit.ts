import { type Access, type Clock, ProblemError, type Role, type Scope } from '../core/index.ts'
import type { HeaderReader, Transport } from '../http/index.ts'
import type { Database } from '../storage/index.ts'
import { type Accounts, hashToken } from './accounts.ts'
import { readSessionCookie } from './cookie.ts'
import { isLocalCaller, isOwnSite } from './local-owner.ts'
import type { OpenRequests } from './open-requests.ts'
import { can } from './policy.ts'
import type { AuthStore } from './store.ts'

export type AdmitDeps = {
  readonly db: Database
  readonly store: AuthStore
  readonly accounts: Accounts
  readonly clock: Clock
  readonly requests: OpenRequests
}

export type AdmitOptions = {
  /** Whether the server listens on this machine alone. */
  readonly bindsLoopback: boolean
  /** Off on a public bind, behind proxies and under a base path: there a loopback peer is no proof of being local. */
  readonly allowLocalOwner: boolean
}

/** Who is calling, and by what. */
export type Identity = Pick<Scope, 'userId' | 'brainId'> & { readonly role: Role; readonly via: 'session' | 'local' }

const touchEveryMs = 60_000
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Turns the credential of a request into a scope, and holds it against what the route declares. */
export function createAdmit({ db, store, accounts, clock, requests }: AdmitDeps, options: AdmitOptions) {
  const isLocal = (transport: Transport): boolean => {
    const { remoteAddress, headers, incoming } = transport
    const { httpVersion } = incoming
    const port = incoming.socket.localPort ?? 0
    const headerNames = Object.keys(incoming.headers)
    return options.allowLocalOwner && isLocalCaller({ remoteAddress, headers, headerNames, httpVersion, port })
  }

  const bySession = async (transport: Transport): Promise<Identity | undefined> => {
    const token = readCredential(transport)
    if (token === undefined) return undefined
    const tokenHash = hashToken(token)
    const nowMs = clock.now().getTime()
    requests.enter(tokenHash, transport.outgoing)
    const session = await store.findSession(tokenHash, nowMs)
    if (session === undefined) {
      requests.leave(tokenHash, transport.outgoing)
      return undefined
    }
    if (nowMs - session.lastUsedAt > touchEveryMs) {
      await db.write((tx) => store.touchSession(tx, session.id, nowMs)).catch(() => undefined)
    }
    return { userId: session.userId, brainId: session.brainId, role: session.role, via: 'session' }
  }

  /** Who calls; undefined when nothing in the request says so. */
  const identify = async (transport: Transport): Promise<Identity | undefined> => {
    const owner = accounts.owner()
    if (!owner.hasPassword) {
      return isLocal(transport) ? { ...owner, role: 'owner', via: 'local' } : undefined
    }
    return bySession(transport)
  }

  const refuse = (transport: Transport): never => {
    const { hasPassword } = accounts.owner()
    if (hasPassword) throw new ProblemError('not-authenticated')
    if (!options.bindsLoopback || !options.allowLocalOwner) {
      throw new ProblemError('setup-required', {
        detail: 'Open the set-up link that the server printed when it started.',
      })
    }
    throw new ProblemError('not-authenticated', {
      detail: `Until a password is set, only this machine itself is let in, under a loopback name; this request came as ${transport.headers.get('host') ?? 'no host'}.`,
    })
  }

  /** The scope of a request, or the reason why it has none. Public and set-up routes get none: they ask `identify`. */
  const admit = async (transport: Transport, access: Access): Promise<Scope | undefined> => {
    if (access === 'public' || access === 'setup') return undefined
    if (access === 'open') return accounts.owner().hasPassword || isLocal(transport) ? undefined : refuse(transport)
    const identity = (await identify(transport)) ?? refuse(transport)
    if (!can(identity.role, access)) throw new ProblemError('not-allowed')
    const { userId, brainId, role } = identity
    return { userId, brainId, role, requestId: transport.requestId, signal: transport.signal }
  }

  /** Ends the logins that a request carries, in whichever way, with all that runs for them. */
  const logOut = async ({ headers }: Transport): Promise<void> => {
    for (const token of [readBearer(headers), readSessionCookie(headers)]) {
      if (token === undefined) continue
      await accounts.logOut(token)
      requests.end(hashToken(token))
    }
  }

  return { admit, identify, isLocal, logOut }
}

const readBearer = (headers: HeaderReader): string | undefined =>
  /^Bearer ([A-Za-z0-9_-]{43})$/i.exec(headers.get('authorization') ?? '')?.[1]

/** The login a request carries. A cookie counts only for our own page: another site cannot make it act. */
function readCredential({ headers, method }: Transport): string | undefined {
  const bearer = readBearer(headers)
  if (bearer !== undefined) return bearer
  if (!safeMethods.has(method) && !isOwnSite(headers)) return undefined
  return readSessionCookie(headers)
}
