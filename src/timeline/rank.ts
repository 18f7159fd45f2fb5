import { clip, type Term } from '../language/index.ts'
import { placesBeyond } from './beyond.ts'
import { type Corpus, lengthOf, maxRead } from './corpus.ts'
import { type EntryTerms, termsOf } from './entry-terms.ts'
import type { Placed } from './store.ts'

/** What a query looks for: its words, and by each stem the words (by index) that it answers. */
export type Wanted = { readonly words: readonly Term[]; readonly byStem: ReadonlyMap<string, readonly number[]> }

/**
 * What the ranking knows of an entry: how often each word of the query stands in it, and how many words were counted;
 * `clipped` when the text goes on beyond what was counted.
 */
export type Reading = {
  readonly entry: Pick<Placed, 'rowId' | 'at'>
  readonly counts: readonly number[]
  readonly length: number
  readonly clipped: boolean
}

/** An entry that was found. `coverage` is the part (0–1) of the query, weighed by rarity, that the entry holds. */
export type Ranked = { readonly entry: Reading['entry']; readonly score: number; readonly coverage: number }

/** As measured on chat turns; longer texts want more of both. */
const k1 = 0.9
const b = 0.4

export function want(words: readonly Term[]): Wanted {
  const byStem = new Map<string, number[]>()
  words.forEach(({ stems }, index) => {
    for (const stem of stems) byStem.set(stem, [...(byStem.get(stem) ?? []), index])
  })
  return { words, byStem }
}

const none: readonly number[] = []

/** The words of the query (by index) that a word of an entry answers; each once. */
export function answered({ byStem }: Wanted, { stems }: Term): readonly number[] {
  let found: readonly number[] = none
  for (const stem of stems) {
    const words = byStem.get(stem)
    if (words) found = found.length === 0 ? words : [...new Set([...found, ...words])]
  }
  return found
}

function frequencies(wanted: Wanted, { head, text }: EntryTerms): number[] {
  const counts = wanted.words.map(() => 0)
  for (const list of [head, text]) {
    for (const term of list) for (const word of answered(wanted, term)) counts[word] = (counts[word] ?? 0) + 1
  }
  return counts
}

/**
 * Counts the words of the query in an entry: in the first 10,000 UTF-16 units of its text; a word that stands only
 * beyond them counts once.
 */
export function readEntry(wanted: Wanted, entry: Placed): Reading {
  const text = clip(entry.text, maxRead)
  const clipped = text.length < entry.text.length
  const terms = termsOf({ ...entry, text })
  const counts = frequencies(wanted, terms)
  if (clipped) {
    placesBeyond(entry.text, text.length, wanted).forEach((place, word) => {
      if (place >= 0 && counts[word] === 0) counts[word] = 1
    })
  }
  return { entry: { rowId: entry.rowId, at: entry.at }, counts, length: lengthOf(terms), clipped }
}

/** Rarity of each word of the query: the sample tells of common words, the candidates of rare ones. */
function weigh(wanted: Wanted, found: readonly (readonly number[])[], corpus: Corpus): number[] {
  return wanted.words.map(({ stems }, word) => {
    const seen = found.reduce((sum, counts) => sum + ((counts[word] ?? 0) > 0 ? 1 : 0), 0)
    const entries = Math.max(corpus.entries, found.length)
    const holding = Math.min(entries, Math.max(seen, corpus.holding(stems)))
    return Math.log(1 + (entries - holding + 0.5) / (holding + 0.5))
  })
}

const later = (a: Reading['entry'], z: Reading['entry']): number => z.at.getTime() - a.at.getTime() || z.rowId - a.rowId

/**
 * Orders entries by BM25, best first, the later one first among equals; those that hold no word of the query are left out. Of a
 * clipped one the index is believed: it comes last.
 * @returns the ranking, and the weight of each word of the query
 */
export function rank(
  wanted: Wanted,
  readings: readonly Reading[],
  corpus: Corpus,
): { ranked: Ranked[]; weights: number[] } {
  const weights = weigh(
    wanted,
    readings.map(({ counts }) => counts),
    corpus,
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const ranked = readings.map(({ entry, counts, length, clipped }) => {
    const damping = k1 * (1 - b + (b * length) / corpus.averageLength)
    let score = 0
    let covered = 0
    counts.forEach((count, word) => {
      if (count === 0) return
      const weight = weights[word] ?? 0
      score += (weight * count * (k1 + 1)) / (count + damping)
      covered += weight
    })
    return { entry, score, clipped, coverage: total > 0 ? covered / total : 0 }
  })
  const held = ranked.filter(({ score, clipped }) => score > 0 || clipped)
  return { ranked: held.sort((a, z) => z.score - a.score || later(a.entry, z.entry)), weights }
}
