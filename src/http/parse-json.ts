import { isUtf8 } from 'node:buffer'
import { type FieldError, ProblemError } from '../core/index.ts'
import { shortField } from './short-field.ts'

export type JsonLimits = { readonly maxJsonDepth: number; readonly maxJsonValues: number }

const comma = 0x2c
const quote = 0x22
const backslash = 0x5c

/** How a byte outside a text changes the depth. */
function stepOf(byte: number): 1 | 0 | -1 {
  if (byte === 0x5b || byte === 0x7b) return 1
  return byte === 0x5d || byte === 0x7d ? -1 : 0
}

/** The first byte after the string that opens at `start`. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at + 1
}

/**
 * Bounds the nesting and the number of values without parsing, since a parser recurses and allocates: this must run
 * before one. Each value follows a comma or an opening bracket, so these are counted; an empty list counts twice.
 */
function assertBounded(bytes: Buffer, { maxJsonDepth, maxJsonValues }: JsonLimits): void {
  let depth = 0
  let count = 0
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number
    const step = stepOf(byte)
    depth += step
    if (step === 1 || byte === comma) count += 1
    if (depth > maxJsonDepth) throw tooMuch('body-too-deep', `${maxJsonDepth} levels`)
    if (count > maxJsonValues) throw tooMuch('body-too-large', `${maxJsonValues} values`)
    at = byte === quote ? endOfString(bytes, at) : at + 1
  }
}

const tooMuch = (code: 'body-too-deep' | 'body-too-large', limit: string) =>
  new ProblemError(code, { detail: `The limit is ${limit}.` })

/** Only a text with one of these can hold a key or a character that has to be looked for. */
const suspicious = /__proto__|\\u(?:0000|005f|d[89a-f])/i

const textFault = (text: string): string | undefined => {
  if (!text.isWellFormed()) return 'holds half of a surrogate pair'
  return text.includes('\0') ? 'holds a NUL character' : undefined
}

const maxFaults = 20

/**
 * Takes `__proto__` keys out and names texts that no database can keep, up to `maxFaults` of them: the sender chooses how
 * many there are and how long the path of each is. Depth is bounded before.
 */
function clean(value: unknown, field: string, errors: FieldError[]): void {
  if (typeof value === 'string') noteFault(value, field, errors)
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  for (const name of Object.keys(value)) {
    if (errors.length >= maxFaults) return
    const path = field === '' ? shortField(name) : shortField(`${field}.${name}`)
    noteFault(name, path, errors)
    clean(Reflect.get(value, name), path, errors)
  }
}

function noteFault(text: string, field: string, errors: FieldError[]): void {
  const message = textFault(text)
  if (message && errors.length < maxFaults) errors.push({ field, message })
}

/**
 * Parses a JSON body: valid UTF-8, within the limits, texts that every database can keep.
 * @throws ProblemError `invalid-encoding`, `body-too-deep`, `body-too-large`, `invalid-json`, `invalid-request`
 */
export function parseJson(bytes: Buffer, limits: JsonLimits): unknown {
  if (!isUtf8(bytes)) throw new ProblemError('invalid-encoding')
  assertBounded(bytes, limits)
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
