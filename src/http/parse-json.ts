import { isUtf8 } from 'node:buffer'
import { type FieldError, ProblemError } from '../core/index.ts'

const quote = 0x22
const backslash = 0x5c
const openings = new Set([0x5b, 0x7b])
const closings = new Set([0x5d, 0x7d])

/** The first byte after the string that opens at `start`. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at + 1
}

/** Counts how deep brackets nest, without parsing: a parser recurses, and this must run before one. */
function isDeeperThan(bytes: Buffer, maxDepth: number): boolean {
  let depth = 0
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at] as number
    if (byte === quote) {
      at = endOfString(bytes, at)
      continue
    }
    if (byte > 0x5a) {
      if (openings.has(byte)) depth += 1
      else if (closings.has(byte)) depth -= 1
      if (depth > maxDepth) return true
    }
    at += 1
  }
  return false
}

/** Only a text with one of these can hold a key or a character that has to be looked for. */
const suspicious = /__proto__|\\u(?:0000|005f|d[89a-f])/i

const textFault = (text: string): string | undefined => {
  if (!text.isWellFormed()) return 'holds half of a surrogate pair'
  return text.includes('\0') ? 'holds a NUL character' : undefined
}

/** Takes `__proto__` keys out and names every text that no database can keep. Depth is bounded before. */
function clean(value: unknown, field: string, errors: FieldError[]): void {
  if (typeof value === 'string') {
    const message = textFault(value)
    if (message) errors.push({ field, message })
  } else if (typeof value === 'object' && value !== null) {
    const members = value as Record<string, unknown>
    if (Object.hasOwn(members, '__proto__')) Reflect.deleteProperty(members, '__proto__')
    for (const [name, member] of Object.entries(members)) {
      const message = textFault(name)
      const path = field === '' ? name.toWellFormed() : `${field}.${name.toWellFormed()}`
      if (message) errors.push({ field: path, message })
      else clean(member, path, errors)
    }
  }
}

/**
 * Parses a JSON body: valid UTF-8, nested no deeper than `maxDepth`, texts that every database can keep.
 * @throws ProblemError `invalid-encoding`, `body-too-deep`, `invalid-json`, `invalid-request`
 */
export function parseJson(bytes: Buffer, maxDepth: number): unknown {
  if (!isUtf8(bytes)) throw new ProblemError('invalid-encoding')
  if (isDeeperThan(bytes, maxDepth)) {
    throw new ProblemError('body-too-deep', { detail: `The limit is ${maxDepth} levels.` })
  }
  const text = bytes.toString('utf8')
  const parsed = parseText(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  if (suspicious.test(text)) {
    const errors: FieldError[] = []
    clean(parsed, '', errors)
    if (errors.length > 0) throw new ProblemError('invalid-request', { errors })
  }
  return parsed
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const detail = text.trim() === '' ? 'The body is empty.' : undefined
    throw new ProblemError('invalid-json', { cause, ...(detail && { detail }) })
  }
}
