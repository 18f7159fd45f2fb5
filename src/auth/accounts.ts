import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { type Clock, createId, ProblemError, type Role, type Scope, type UserId } from '../core/index.ts'
import type { Database } from '../storage/index.ts'
import { networkOf } from './network.ts'
import { hashPassword, verifyPassword } from './password.ts'
import type { Login, Setup } from './schema.ts'
import type { AuthStore, UserRow } from './store.ts'

export type AccountsDeps = {
  readonly db: Database
  readonly store: AuthStore
  readonly clock: Clock
}

export type AccountsOptions = {
  /** How long a login lasts, used or not. */
  readonly sessionMs: number
  /** Failed attempts for one name from one address within the window; then that pair waits. */
  readonly loginAttempts: number
  readonly loginWindowMs: number
  /** Attempts from one address within the window, whatever the names; of IPv6, a /64 counts as one address. */
  readonly addressAttempts: number
  readonly addressWindowMs: number
}

/** Where a login comes from, and until when somebody waits for it. */
export type LoginOrigin = { readonly address: string; readonly userAgent: string; readonly signal: AbortSignal }

/** The owner of this server: made at the first start, without a password until somebody sets one. */
export type Owner = {
  readonly userId: UserId
  readonly brainId: Scope['brainId']
  readonly hasPassword: boolean
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

const newToken = (): string => randomBytes(32).toString('base64url')

/** The owner, set-up, login and logout. */
export async function createAccounts({ db, store, clock }: AccountsDeps, options: AccountsOptions) {
  const nowMs = () => clock.now().getTime()
  const setupToken = newToken()
  const pairs = createLimiter(options.loginAttempts, options.loginWindowMs)
  const addresses = createLimiter(options.addressAttempts, options.addressWindowMs)
  const decoyHash = await hashPassword(newToken())
  let owner = await ensureOwner({ db, store, clock })

  const openSession = async (userId: UserId, userAgent: string): Promise<string> => {
    const token = newToken()
    const createdAt = nowMs()
    const expiresAt = createdAt + options.sessionMs
    const row = { id: createId(), ownerId: userId, tokenHash: hashToken(token), createdAt, lastUsedAt: createdAt }
    await db.write(async (tx) => {
      await store.removeExpiredSessions(tx, createdAt)
      await store.insertSession(tx, { ...row, expiresAt, userAgent: userAgent.slice(0, 200) })
    })
    return token
  }

  /**
   * Gives the owner a name and a password; from then on credentials are required of everybody.
   * @returns the token of a login for who did it
   * @throws ProblemError `conflict` when there is a password already
   */
  const setUp = async (input: Omit<Setup, 'token'>, userAgent: string): Promise<string> => {
    if (owner.hasPassword) throw alreadyOwned()
    const passwordHash = await hashPassword(input.password)
    const isFirst = await db.write(async (tx) => {
      // The database knows, and not this process: of two at once only one may win.
      if (await store.hasPassword(tx, owner.userId)) return false
      await store.updateUser(tx, owner.userId, { name: input.name, displayName: input.name })
      await store.setPassword(tx, { userId: owner.userId, passwordHash, updatedAt: nowMs() })
      return true
    })
    owner = { ...owner, hasPassword: true }
    if (!isFirst) throw alreadyOwned()
    return openSession(owner.userId, userAgent)
  }

  /** Checks a name and a password; a name that nobody has takes as long. @returns the token of the login */
  const logIn = async (input: Login, { address, userAgent, signal }: LoginOrigin): Promise<string> => {
    const name = input.name.trim().normalize('NFKC').toLowerCase()
    const network = networkOf(address)
    const pair = `${name}|${network}`
    await addresses.consume(network).catch(refuse)
    await pairs.consume(pair).catch(refuse)
    const user = await store.findUserByName(name)
    const isRight = await verifyPassword(input.password, user?.passwordHash ?? decoyHash, signal)
    if (!isRight || user === undefined || user.passwordHash === null || user.disabledAt !== null) {
      throw new ProblemError('invalid-credentials')
    }
    await pairs.delete(pair)
    return openSession(user.id, userAgent)
  }

  const logOut = (token: string): Promise<unknown> => db.write((tx) => store.removeSession(tx, hashToken(token)))

  const isSetupToken = (token: string | undefined): boolean =>
    token !== undefined &&
    timingSafeEqual(Buffer.from(hashToken(token), 'hex'), Buffer.from(hashToken(setupToken), 'hex'))

  return { setUp, logIn, logOut, isSetupToken, setupToken: () => setupToken, owner: () => owner }
}

export type Accounts = Awaited<ReturnType<typeof createAccounts>>

const createLimiter = (points: number, windowMs: number) => new RateLimiterMemory({ points, duration: windowMs / 1000 })

const alreadyOwned = () => new ProblemError('conflict', { detail: 'This server has an owner already.' })

function refuse(cause: unknown): never {
  if (!(cause instanceof RateLimiterRes)) throw cause
  throw new ProblemError('too-many-attempts', { retryAfterMs: cause.msBeforeNext })
}

async function ensureOwner(deps: AccountsDeps): Promise<Owner> {
  const found = await deps.store.findOwner()
  if (found === undefined) return { ...(await addUser(deps, { name: 'owner', role: 'owner' })), hasPassword: false }
  const brain = await deps.store.findDefaultBrain(found.id)
  if (brain === undefined) throw new ProblemError('database-unusable', { detail: 'The owner has no brain.' })
  return { userId: found.id, brainId: brain.id, hasPassword: found.passwordHash !== null }
}

/** Makes a user with a default brain and, if given, a password hash. */
export async function addUser(
  { db, store, clock }: AccountsDeps,
  input: { readonly name: string; readonly role: Role; readonly passwordHash?: string },
): Promise<Pick<Owner, 'userId' | 'brainId'>> {
  const createdAt = clock.now().getTime()
  const userId = createId<'user'>(createdAt)
  const brainId = createId<'brain'>(createdAt)
  const { name, role, passwordHash } = input
  const user: UserRow = {
    id: userId,
    name,
    displayName: name,
    role,
    locale: '',
    timeZone: '',
    createdAt,
    disabledAt: null,
  }
  await db.write(async (tx) => {
    await store.insertUser(tx, user, {
      id: brainId,
      ownerId: userId,
      name: 'default',
      isDefault: 1,
      createdAt,
      archivedAt: null,
    })
    if (passwordHash !== undefined) await store.setPassword(tx, { userId, passwordHash, updatedAt: createdAt })
  })
  return { userId, brainId }
}
