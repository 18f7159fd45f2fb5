import type { Term } from '../language/index.ts'
import { type Corpus, lengthOf } from './corpus.ts'
import { type EntryTerms, termsOf } from './entry-terms.ts'
import type { Placed } from './store.ts'

/** What a query looks for: its words, and by each stem the words (by index) that it answers. */
export type Wanted = { readonly words: readonly Term[]; readonly byStem: ReadonlyMap<string, readonly number[]> }

/** An entry that was found. `coverage` is the part (0–1) of the query, weighed by rarity, that the entry holds. */
export type Ranked = { readonly entry: Placed; readonly score: number; readonly coverage: number }

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

function frequencies(wanted: Wanted, { head, text }: EntryTerms): readonly number[] {
  const counts = wanted.words.map(() => 0)
  for (const list of [head, text]) {
    for (const term of list) for (const word of answered(wanted, term)) counts[word] = (counts[word] ?? 0) + 1
  }
  return counts
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

const later = (a: Placed, z: Placed): number => z.at.getTime() - a.at.getTime() || z.rowId - a.rowId

/**
 * Orders entries by BM25, best first, the later one first among equals; those that hold no word of the query are left out.
 * @returns the ranking, and the weight of each word of the query
 */
export function rank(
  wanted: Wanted,
  entries: readonly Placed[],
  corpus: Corpus,
): { ranked: Ranked[]; weights: number[] } {
  const terms = entries.map(termsOf)
  const counts = terms.map((each) => frequencies(wanted, each))
  const weights = weigh(wanted, counts, corpus)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const ranked = entries.map((entry, at) => {
    const damping = k1 * (1 - b + (b * lengthOf(terms[at] as EntryTerms)) / corpus.averageLength)
    let score = 0
    let covered = 0
    counts[at]?.forEach((count, word) => {
      if (count === 0) return
      const weight = weights[word] ?? 0
      score += (weight * count * (k1 + 1)) / (count + damping)
      covered += weight
    })
    return { entry, score, coverage: total > 0 ? covered / total : 0 }
  })
  const held = ranked.filter(({ score }) => score > 0)
  return { ranked: held.sort((a, z) => z.score - a.score || later(a.entry, z.entry)), weights }
}
