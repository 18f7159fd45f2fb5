import type { Clock } from '../core/index.ts'
import type { Database } from '../storage/index.ts'
import { addUser, createAccounts } from './accounts.ts'
import { createAdmit } from './admit.ts'
import { createOpenRequests } from './open-requests.ts'
import { hashPassword } from './password.ts'
import { createAuthRoutes } from './routes.ts'
import { createAuthStore } from './store.ts'

export { isLoopback } from './local-owner.ts'
export { setupSchema } from './schema.ts'

export type AuthOptions = {
  readonly title: string
  /** Whether the server listens on this machine alone. */
  readonly bindsLoopback: boolean
  /** False on a public bind, behind proxies and under a base path. */
  readonly allowLocalOwner: boolean
}

const sessionMs = 30 * 24 * 3_600_000
const attempts = {
  loginAttempts: 10,
  loginWindowMs: 15 * 60_000,
  addressAttempts: 30,
  addressWindowMs: 60_000,
}

/**
 * Builds the room that knows who is calling. At the first start it makes the owner, without a password.
 * @returns `admit` for the server, the routes, `setupPath` for the terminal, and what the command line needs
 */
export async function createAuth(deps: { readonly db: Database; readonly clock: Clock }, options: AuthOptions) {
  const store = createAuthStore(deps.db)
  const accounts = await createAccounts({ ...deps, store }, { sessionMs, ...attempts })
  const requests = createOpenRequests()
  const { admit, ...callers } = createAdmit({ ...deps, store, accounts, requests }, options)
  const routes = createAuthRoutes({ accounts, store, ...callers }, { title: options.title, sessionMs })

  /** The path of the one-time set-up link; undefined once the owner has a password. */
  const setupPath = (): string | undefined =>
    accounts.owner().hasPassword ? undefined : `/app/setup?token=${accounts.setupToken()}`

  /** Makes the owner's password if there is none yet, else one more administrator. @returns which of the two */
  const createAdmin = async (input: { name: string; password: string }): Promise<'owner' | 'admin'> => {
    if (!accounts.owner().hasPassword) {
      await accounts.setUp(input, 'command line')
      return 'owner'
    }
    const passwordHash = await hashPassword(input.password)
    await addUser({ ...deps, store }, { name: input.name, role: 'admin', passwordHash })
    return 'admin'
  }

  return { admit, routes, setupPath, createAdmin, owner: accounts.owner }
}
