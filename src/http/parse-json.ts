import { isUtf8 } from 'node:buffer'
import { type FieldError, ProblemError } from '../core/index.ts'

const quote = 0x22
const backslash = 0x5c
const isOpening = (byte: number): boolean => byte === 0x5b || byte === 0x7b
const isClosing = (byte: number): boolean => byte === 0x5d || byte === 0x7d

/** The first byte after the string that opens at `start`. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at + 1
}

/** Counts how deep brackets nest, without parsing: a parser recurses, and this must run before one. */
function isDeeperThan(bytes: Buffer, maxDepth: number): boolean {
  let depth = 0
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number
    if (isOpening(byte)) depth += 1
    else if (isClosing(byte)) depth -= 1
    if (depth > maxDepth) return true
    at = byte === quote ? endOfString(bytes, at) : at + 1
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
  if (typeof value === 'string') noteFault(value, field, errors)
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  for (const [name, member] of Object.entries(value)) {
    const path = field === '' ? name.toWellFormed() : `${field}.${name.toWellFormed()}`
    noteFault(name, path, errors)
    clean(member, path, errors)
  }
}

function noteFault(text: string, field: string, errors: FieldError[]): void {
  const message = textFault(text)
  if (message) errors.push({ field, message })
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
