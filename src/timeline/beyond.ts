import { fold, type Term } from '../language/index.ts'

const letterOrDigit = /[\p{L}\p{N}]/u
const notAscii = /[\u0080-\uffff]/g
/** So short a stem stands for a whole word only. */
const maxWholeStem = 3
/** A stem that stands inside so many other words is taken to stand nowhere by itself. */
const maxTries = 200

const folded = new Map<string, string>()

function plainUnit(unit: string): string {
  const known = folded.get(unit)
  if (known !== undefined) return known
  const made = fold(unit)
  const kept = made.length === 1 ? made : unit
  if (folded.size < 5000) folded.set(unit, kept)
  return kept
}

/** Folds unit by unit, so that every offset stays. */
const plainOf = (text: string): string => {
  const lower = text.toLowerCase()
  return (lower.length === text.length ? lower : text).replace(notAscii, plainUnit)
}

function placeOf(plain: string, stem: string): number {
  let at = plain.indexOf(stem)
  for (let tries = 0; at >= 0 && tries < maxTries; tries += 1) {
    const begins = !letterOrDigit.test(plain[at - 1] ?? '')
    const ends = stem.length > maxWholeStem || !letterOrDigit.test(plain[at + stem.length] ?? '')
    if (begins && ends) return at
    at = plain.indexOf(stem, at + 1)
  }
  return -1
}

/**
 * Looks for words of the query in what lies beyond the part of a long text that is read word by word: by the first
 * letters of a word only, at a fraction of the cost.
 * @returns the offset (UTF-16) of each word of the query, -1 where it was not seen
 */
export function placesBeyond(text: string, from: number, { words }: { readonly words: readonly Term[] }): number[] {
  const plain = plainOf(text.slice(from))
  return words.map(({ stems }) => {
    const places = stems.map((stem) => placeOf(plain, stem)).filter((at) => at >= 0)
    return places.length > 0 ? from + Math.min(...places) : -1
  })
}
