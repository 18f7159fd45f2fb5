import type { Setting } from './setting.ts'

const parameter = /([?&][^=&]*(?:password|secret|token|key)[^=&]*=)[^&\s]*/gi

/**
 * Words a value so that it may be read by anyone: secrets are hidden, of addresses only the credentials in them.
 * The part of an address before its last `@` is hidden also when the address is malformed.
 */
export function show(setting: Pick<Setting, 'secret'>, text: string): string {
  const isAddress = /^[\w+.-]+:\/\//.test(text)
  if (setting.secret && !isAddress) return text === '' ? '' : '(hidden)'
  const shown = isAddress ? text.replace(/:\/\/.*@/s, '://(hidden)@').replace(parameter, '$1(hidden)') : text
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
}

/** The texts within a setting's value that no log may hold. */
export function secretsIn(setting: Pick<Setting, 'secret'>, text: string): readonly string[] {
  const url = URL.parse(text)
  if (url === null) return setting.secret ? [text.trim()] : []
  const passwords = [
    url.password,
    ...[...url.searchParams].flatMap(([key, value]) => (/password|secret/i.test(key) ? [value] : [])),
  ]
  return passwords.filter((one) => one !== '').flatMap((one) => [...new Set([one, decode(one)])])
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
