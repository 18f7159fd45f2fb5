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

/** What a route declares: open to anyone, for whoever sets the server up, or one permission. */
export type Access = 'public' | 'setup' | Permission

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
