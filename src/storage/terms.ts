import { createHash } from 'node:crypto'
import { storableText } from './text.ts'

/** PostgreSQL takes lexemes of up to 2046 bytes and a document of up to 1 MiB of them; both databases keep to less. */
const MAX_TERM_BYTES = 512
const MAX_DOCUMENT_BYTES = 512 * 1024
/** What ASCII characters other than letters and digits become, and what marks a code point of that area itself. */
const AREA_START = 0xe000
const AREA_ESCAPE = '\uE0FF'
const SHORTENED = '\uE0FE'

const encode = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  return code < 0x80 ? String.fromCodePoint(AREA_START + code) : AREA_ESCAPE + character
}

/**
 * Writes a stem in an alphabet that no tokenizer splits, no query language reads anything into, and both databases keep
 * as it is: a–z, 0–9 and what lies beyond ASCII. Different stems become different terms.
 */
export function termOf(stem: string): string {
  const term = storableText(stem).replaceAll(/[^a-z0-9\u0080-\uDFFF\uE100-\uFFFF]/gu, (character) =>
    (character.codePointAt(0) ?? 0) > 0xffff ? character : encode(character),
  )
  if (Buffer.byteLength(term) <= MAX_TERM_BYTES) return term
  return SHORTENED + createHash('sha256').update(term).digest('hex')
}

/**
 * The terms of a document in order, repeated as often as they occur.
 * @NOTE what lies beyond the first 512 KiB of terms is not indexed, on either database.
 */
export function documentTerms(stems: readonly string[]): readonly string[] {
  const terms: string[] = []
  let bytes = 0
  for (const stem of stems) {
    if (stem === '') continue
    const term = termOf(stem)
    bytes += Buffer.byteLength(term) + 1
    if (bytes > MAX_DOCUMENT_BYTES) break
    terms.push(term)
  }
  return terms
}

/** The distinct terms of a query. */
export const queryTerms = (stems: readonly string[]): readonly string[] => [
  ...new Set(stems.filter((stem) => stem !== '').map(termOf)),
]
