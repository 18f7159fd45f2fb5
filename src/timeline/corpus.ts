import { termsOf } from './entry-terms.ts'
import { createPause } from './pause.ts'
import type { Placed, TimelineStore } from './store.ts'

/** How often words occur with one owner: counted over a sample, and told for the whole. */
export type Corpus = {
  readonly entries: number
  /** Words of an entry, on average. */
  readonly averageLength: number
  /** In how many entries any of the stems occurs, estimated; 0 when the sample has none. */
  readonly holding: (stems: readonly string[]) => number
}

/** Of each text this many UTF-16 units are read word by word. */
export const maxRead = 10_000

const sampleSize = 1000
/** The sample ends early when so many UTF-16 units have been read. */
const maxSampled = 2_000_000
const sampledAtOnce = 50
const maxOwners = 100

/** Words of an entry; an identifier counts by its parts. */
export const lengthOf = ({ head, text }: ReturnType<typeof termsOf>): number =>
  head.length + text.reduce((sum, term) => sum + (term.whole ? 0 : 1), 0)

type CorpusStore = Pick<TimelineStore, 'newest' | 'count'>

/** The owner's newest entries, a few at a time, as many as the sample may hold. */
async function* sampleOf(store: CorpusStore, ownerId: string): AsyncGenerator<Placed> {
  let units = 0
  for (let offset = 0; offset < sampleSize && units < maxSampled; offset += sampledAtOnce) {
    const page = await store.newest(ownerId, { offset, limit: sampledAtOnce, maxLength: maxRead })
    for (const entry of page) {
      if (units >= maxSampled) return
      units += entry.text.length
      yield entry
    }
    if (page.length < sampledAtOnce) return
  }
}

async function measure(store: CorpusStore, ownerId: string): Promise<Corpus> {
  const entries = await store.count(ownerId)
  const pause = createPause()
  const counts = new Map<string, number>()
  let length = 0
  let sampled = 0
  for await (const entry of sampleOf(store, ownerId)) {
    await pause()
    sampled += 1
    const terms = termsOf(entry)
    length += lengthOf(terms)
    const distinct = new Set([...terms.head, ...terms.text].flatMap((term) => term.stems))
    for (const stem of distinct) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  }
  const share = entries / Math.max(1, sampled)
  return {
    entries,
    averageLength: length / Math.max(1, sampled) || 1,
    holding: (stems) => Math.max(0, ...stems.map((stem) => counts.get(stem) ?? 0)) * share,
  }
}

type Known = { readonly corpus: Corpus; changes: number; readonly allowed: number }

/** Keeps the word counts of the owners who search; they are taken anew when the log has changed by an eighth. */
export function createCorpora({ store }: { store: CorpusStore }) {
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
