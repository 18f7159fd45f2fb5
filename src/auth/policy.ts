import type { Permission, Role } from '../core/index.ts'

const forEveryone: readonly Permission[] = [
  'conversations:read',
  'conversations:write',
  'models:read',
  'account:read',
  'account:write',
]

const forOperators: readonly Permission[] = [...forEveryone, 'settings:read', 'settings:write']

const held: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: new Set(forOperators),
  admin: new Set(forOperators),
  user: new Set(forEveryone),
}

/** Who may do what: whether a role holds a permission. */
export const can = (role: Role, permission: Permission): boolean => held[role].has(permission)
