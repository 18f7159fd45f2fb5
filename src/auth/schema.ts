import { z } from 'zod'

/** A name to sign in with: letters, digits, `.`, `_`, `-`, `@`; case does not matter. */
const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}._@-]+$/u, 'may hold letters, digits and . _ - @ only')
  .transform((name) => name.normalize('NFKC').toLowerCase())

const newPasswordSchema = z.string().min(8, 'is too short: 8 characters at least').max(1024)

export const loginSchema = z.object({ name: z.string().max(64), password: z.string().max(1024) }).meta({ id: 'Login' })

export const setupSchema = z
  .object({
    token: z.string().max(200).optional().describe('From the set-up link; not needed on the machine itself.'),
    name: nameSchema,
    password: newPasswordSchema,
  })
  .meta({ id: 'Setup' })

export const authStatusSchema = z
  .object({
    title: z.string().describe('What the page calls itself.'),
    signedIn: z.boolean(),
    needsSetup: z.boolean().describe('No owner has a password, and this caller may not act as the local owner.'),
    hasPassword: z.boolean().describe('An owner has a password: credentials are required.'),
    plainHttp: z.boolean().describe('The connection is not encrypted and comes from another machine.'),
  })
  .meta({ id: 'AuthStatus' })

export const accountSchema = z
  .object({
    name: z.string(),
    displayName: z.string(),
    role: z.enum(['owner', 'admin', 'user']),
    locale: z.string(),
    timeZone: z.string(),
    hasPassword: z.boolean(),
    local: z.boolean().describe('Signed in by being on this machine, without a password.'),
  })
  .meta({ id: 'Account' })

export type Login = z.output<typeof loginSchema>
export type Setup = z.output<typeof setupSchema>
