import { foldKeepingSwedish } from './fold.ts'

/**
 * A word of a text. `start` and `end` are UTF-16 offsets, end exclusive; `form` is its lower-case form with å, ä and ö
 * kept; `whole` marks an identifier (`AB-1234/x`, an address, a file name) that is also given in its parts.
 */
export type Token = { readonly start: number; readonly end: number; readonly form: string; readonly whole: boolean }

const letters = '[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}\\u00ad\\u200c\\u200d]*'
const joined = new RegExp(`${letters}(?:[-_./:@+#&=?%~\\\\]+${letters})*(?:\\+\\+|#)?`, 'gu')
const word = new RegExp(letters, 'gu')
const simple = /^[a-zA-Z0-9]+$/
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const contraction = /^(?:s|t|re|ve|ll|d|m)$/i
const letter = /\p{L}/u
const maxWord = 64
const maxWhole = 256

const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

function formOf(text: string, limit: number): string {
  if (text.length <= limit) return foldKeepingSwedish(text)
  const splits = /[\ud800-\udbff]/.test(text[limit - 1] ?? '')
  return foldKeepingSwedish(text.slice(0, splits ? limit - 1 : limit))
}

function segments(text: string, start: number): Token[] {
  return [...segmenter.segment(text)]
    .filter((part) => part.isWordLike)
    .map((part) => ({
      start: start + part.index,
      end: start + part.index + part.segment.length,
      form: formOf(part.segment, maxWord),
      whole: false,
    }))
}

const isApostrophe = (unit: number): boolean => unit === 0x27 || unit === 0x2019

const isContraction = (text: string, at: number, found: string): boolean =>
  at > 1 &&
  found.length < 3 &&
  isApostrophe(text.charCodeAt(at - 1)) &&
  contraction.test(found) &&
  letter.test(text[at - 2] ?? '')

function pushWord(into: Token[], found: string, start: number): void {
  if (unspaced.test(found)) {
    for (const token of segments(found, start)) into.push(token)
    return
  }
  const form = formOf(found, maxWord)
  if (form !== '') into.push({ start, end: start + found.length, form, whole: false })
}

function pushParts(into: Token[], found: string, start: number): void {
  if (found.length <= maxWhole) {
    into.push({ start, end: start + found.length, form: formOf(found, maxWhole), whole: true })
  }
  for (const part of found.matchAll(word)) pushWord(into, part[0], start + part.index)
}

const joint = /[-_./:@+#&=?%~\\]/

/**
 * Cuts a text into words, in reading order. Identifiers come whole and then in their parts; Chinese, Japanese, Thai
 * and other scripts without spaces are cut by Unicode's dictionary; emoji and punctuation are left out.
 * Of a word only the first 64 UTF-16 units count. Linear in the length of the text; never throws.
 */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(joined)) {
    const found = match[0]
    const start = match.index
    if (simple.test(found)) {
      if (isContraction(text, start, found)) continue
      const form = (found.length > maxWord ? found.slice(0, maxWord) : found).toLowerCase()
      tokens.push({ start, end: start + found.length, form, whole: false })
    } else if (joint.test(found)) pushParts(tokens, found, start)
    else pushWord(tokens, found, start)
  }
  return tokens
}
