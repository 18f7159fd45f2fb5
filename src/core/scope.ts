import type { BrainId, UserId } from './ids.ts'

/** What a route may ask for. A role or a key holds a set of these; `auth/policy.ts` says which role holds which. */
export type Permission =
  | 'conversations:read'
  | 'conversations:write'
  | 'models:read'
  | 'account:read'
  | 'account:write'
  | 'settings:read'
  | 'settings:write'

/**
 * What needs no permission: `public` always (health, the page's files), `setup` for whoever sets the server up or signs
 * in, `open` for anyone once the server has an owner.
 */
export type OpenAccess = 'public' | 'setup' | 'open'

/** What a route declares. */
export type Access = OpenAccess | Permission

const openAccess: ReadonlySet<Access> = new Set<OpenAccess>(['public', 'setup', 'open'])

/** Whether a route asks for no permission. */
export const isOpen = (access: Access): access is OpenAccess => openAccess.has(access)

export type Role = 'owner' | 'admin' | 'user'

/** Who asks, whose rows are reached, and until when. Made from the credential alone, or by the job runner. */
export type Scope = {
  readonly userId: UserId
  readonly brainId: BrainId
  readonly role: Role
  readonly requestId: string
  readonly signal: AbortSignal
}

/** Narrows a scope to another brain or an earlier end; it cannot name another user. */
export const within = (scope: Scope, part: Partial<Pick<Scope, 'brainId' | 'signal'>>): Scope => ({ ...scope, ...part })
