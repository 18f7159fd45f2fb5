import type { HeaderReader } from '../http/index.ts'

const name = 'hearth_session'

/** Carries a login: for this host alone, out of reach of scripts, never sent by another site. */
export const sessionCookie = (token: string, maxAgeMs: number): string =>
  `${name}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(maxAgeMs / 1000)}`

export const clearedSessionCookie = `${name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`

/** The token in a request's cookies, if there is one of the right form. */
export function readSessionCookie(headers: HeaderReader): string | undefined {
  const pairs = (headers.get('cookie') ?? '').split(/;\s*/)
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined
}
