import type { BrainId, Role, UserId } from '../core/index.ts'
import type { Database, WriteTransaction } from '../storage/index.ts'

export type UserRow = {
  id: UserId
  name: string
  displayName: string
  role: Role
  locale: string
  timeZone: string
  createdAt: number
  disabledAt: number | null
}

export type SessionRow = {
  id: string
  ownerId: UserId
  tokenHash: string
  userAgent: string
  createdAt: number
  lastUsedAt: number
  expiresAt: number
}

export type BrainRow = {
  id: BrainId
  ownerId: UserId
  name: string
  isDefault: number
  createdAt: number
  archivedAt: number | null
}

type AuthTables = {
  users: UserRow
  credentials: { userId: UserId; passwordHash: string; updatedAt: number }
  sessions: SessionRow
  brains: BrainRow
}

/** Rows of `users`, `credentials`, `sessions` and `brains`. */
export function createAuthStore(db: Database) {
  const read = db.read.withTables<AuthTables>()

  const findUserByName = (name: string) =>
    read
      .selectFrom('users')
      .leftJoin('credentials', 'credentials.userId', 'users.id')
      .selectAll('users')
      .select('credentials.passwordHash')
      .where('users.name', '=', name)
      .executeTakeFirst()

  const findUser = (id: UserId) => read.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()

  /** The first owner, whether or not a password has been set. */
  const findOwner = () =>
    read
      .selectFrom('users')
      .leftJoin('credentials', 'credentials.userId', 'users.id')
      .selectAll('users')
      .select('credentials.passwordHash')
      .where('users.role', '=', 'owner')
      .orderBy('users.id')
      .limit(1)
      .executeTakeFirst()

  const findDefaultBrain = (ownerId: UserId) =>
    read
      .selectFrom('brains')
      .selectAll()
      .where('ownerId', '=', ownerId)
      .where('isDefault', '=', 1)
      .limit(1)
      .executeTakeFirst()

  /** Who holds a login, and their default brain, in one look; nothing once it has expired or the user is disabled. */
  const findSession = (tokenHash: string, nowMs: number) =>
    read
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.ownerId')
      .innerJoin('brains', (join) => join.onRef('brains.ownerId', '=', 'users.id').on('brains.isDefault', '=', 1))
      .select(['sessions.id', 'sessions.lastUsedAt', 'users.id as userId', 'users.role', 'brains.id as brainId'])
      .where('sessions.tokenHash', '=', tokenHash)
      .where('sessions.expiresAt', '>', nowMs)
      .where('users.disabledAt', 'is', null)
      .executeTakeFirst()

  return { findUserByName, findUser, findOwner, findDefaultBrain, findSession, ...writes() }
}

function writes() {
  const insertUser = async (tx: WriteTransaction, user: UserRow, brain: BrainRow): Promise<void> => {
    const into = tx.withTables<AuthTables>()
    await into.insertInto('users').values(user).execute()
    await into.insertInto('brains').values(brain).execute()
  }

  const updateUser = (tx: WriteTransaction, id: UserId, patch: Partial<UserRow>) =>
    tx.withTables<AuthTables>().updateTable('users').set(patch).where('id', '=', id).execute()

  const hasPassword = async (tx: WriteTransaction, userId: UserId): Promise<boolean> => {
    const from = tx.withTables<AuthTables>().selectFrom('credentials')
    return (await from.select('userId').where('userId', '=', userId).executeTakeFirst()) !== undefined
  }

  const setPassword = (tx: WriteTransaction, row: AuthTables['credentials']) =>
    tx
      .withTables<AuthTables>()
      .insertInto('credentials')
      .values(row)
      .onConflict((on) => on.column('userId').doUpdateSet({ passwordHash: row.passwordHash, updatedAt: row.updatedAt }))
      .execute()

  const insertSession = (tx: WriteTransaction, row: SessionRow) =>
    tx.withTables<AuthTables>().insertInto('sessions').values(row).execute()

  const touchSession = (tx: WriteTransaction, id: string, nowMs: number) =>
    tx.withTables<AuthTables>().updateTable('sessions').set({ lastUsedAt: nowMs }).where('id', '=', id).execute()

  const removeSession = (tx: WriteTransaction, tokenHash: string) =>
    tx.withTables<AuthTables>().deleteFrom('sessions').where('tokenHash', '=', tokenHash).execute()

  const removeExpiredSessions = (tx: WriteTransaction, nowMs: number) =>
    tx.withTables<AuthTables>().deleteFrom('sessions').where('expiresAt', '<=', nowMs).execute()

  return {
    insertUser,
    updateUser,
    hasPassword,
    setPassword,
    insertSession,
    touchSession,
    removeSession,
    removeExpiredSessions,
  }
}

export type AuthStore = ReturnType<typeof createAuthStore>
