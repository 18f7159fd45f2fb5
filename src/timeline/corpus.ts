import { termsOf } from './entry-terms.ts'
import type { TimelineStore } from './store.ts'

/** How often words occur with one owner: counted over a sample, and told for the whole. */
export type Corpus = {
  readonly entries: number
  /** Words of an entry, on average. */
  readonly averageLength: number
  /** In how many entries any of the stems occurs, estimated; 0 when the sample has none. */
  readonly holding: (stems: readonly string[]) => number
}

const sampleSize = 1000
const maxOwners = 100

/** Words of an entry; an identifier counts by its parts. */
export const lengthOf = ({ head, text }: ReturnType<typeof termsOf>): number =>
  head.length + text.reduce((sum, term) => sum + (term.whole ? 0 : 1), 0)

async function measure(store: TimelineStore, ownerId: string): Promise<Corpus> {
  const entries = await store.count(ownerId)
  const sample = await store.newest(ownerId, sampleSize)
  const counts = new Map<string, number>()
  let length = 0
  for (const entry of sample) {
    const terms = termsOf(entry)
    length += lengthOf(terms)
    const distinct = new Set([...terms.head, ...terms.text].flatMap((term) => term.stems))
    for (const stem of distinct) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  }
  const share = entries / Math.max(1, sample.length)
  return {
    entries,
    averageLength: length / Math.max(1, sample.length) || 1,
    holding: (stems) => Math.max(0, ...stems.map((stem) => counts.get(stem) ?? 0)) * share,
  }
}

type Known = { readonly corpus: Corpus; changes: number; readonly allowed: number }

/** Keeps the word counts of the owners who search; they are taken anew when the log has changed by an eighth. */
export function createCorpora({ store }: { store: TimelineStore }) {
  const known = new Map<string, Known>()

  async function remember(ownerId: string): Promise<Corpus> {
    const corpus = await measure(store, ownerId)
    if (known.size >= maxOwners) known.clear()
    known.set(ownerId, { corpus, changes: 0, allowed: corpus.entries / 8 })
    return corpus
  }

  return {
    async of(ownerId: string): Promise<Corpus> {
      const kept = known.get(ownerId)
      return kept && kept.changes <= kept.allowed ? kept.corpus : remember(ownerId)
    },
    /** Notes that the owner's log has grown or shrunk. */
    changed(ownerId: string, by: number): void {
      const kept = known.get(ownerId)
      if (kept) kept.changes += by
    },
  }
}

export type Corpora = ReturnType<typeof createCorpora>
