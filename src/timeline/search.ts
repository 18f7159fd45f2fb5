import type { Scope } from '../core/index.ts'
import { clip, queryTerms } from '../language/index.ts'
import type { Database } from '../storage/index.ts'
import type { Corpora, Corpus } from './corpus.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import type { Entry, EntryKind, Page } from './entry.ts'
import { createPause } from './pause.ts'
import { type Ranked, type Reading, rank, readEntry, type Wanted, want } from './rank.ts'
import { type SnippetPart, snippetOf } from './snippet.ts'
import type { Placed, TimelineStore } from './store.ts'

export type TimelineSearch = {
  readonly text: string
  readonly kinds?: readonly EntryKind[]
  readonly conversationId?: string
  readonly limit: number
  readonly cursor?: string
}

/** An entry that was found. `score` compares within one search; `coverage` is the part (0–1) of the query it holds. */
export type Hit = {
  readonly entry: Entry
  readonly score: number
  readonly coverage: number
  readonly snippet: readonly SnippetPart[]
}

const lastEnd = 1_000_000
/** Candidates come from the index in windows, each ranked for itself, so that pages neither repeat nor skip an entry. */
const windowEnds = [200, 1_000, 5_000, 25_000, 125_000, lastEnd]

/** Of a long query the first words count: so much of its text (UTF-16 units) and so many words, grammar left out. */
const maxQueryLength = 20_000
const maxQueryWords = 40

type Deps = { db: Database; store: TimelineStore; corpora: Corpora }
type Asked = { readonly wanted: Wanted; readonly corpus: Corpus; readonly number: number }
type Window = {
  readonly number: number
  readonly ranked: readonly Ranked[]
  readonly weights: readonly number[]
  readonly isLast: boolean
}

/** Where a page goes on: the number of a window, and how many of its entries have been shown. */
type Place = readonly [number, number]

const nextPlace = ({ number, ranked, isLast }: Window, shown: number): Place | null => {
  if (shown < ranked.length) return [number, shown]
  return isLast ? null : [number + 1, 0]
}

const toHit = ({ rowId: _, ...entry }: Placed, { score, coverage }: Ranked, snippet: readonly SnippetPart[]): Hit => ({
  entry,
  score,
  coverage,
  snippet,
})

/**
 * Makes the search over the merged log: candidates from the full-text index, ranked by BM25 over the stored texts.
 * Sees only the entries of the scope's owner and brain.
 */
export function createSearch({ db, store, corpora }: Deps) {
  async function openWindow(scope: Scope, input: TimelineSearch, { wanted, corpus, number }: Asked): Promise<Window> {
    scope.signal.throwIfAborted()
    const end = windowEnds[number] ?? lastEnd
    const stems = [...wanted.byStem.keys()]
    const found = await db.fullText.search({ ownerId: scope.userId, stems, limit: end })
    const rowIds = found.slice(windowEnds[number - 1] ?? 0).map(({ rowId }) => rowId)
    const readings: Reading[] = []
    const pause = createPause()
    for await (const entry of store.load(scope, rowIds, input)) {
      readings.push(readEntry(wanted, entry))
      await pause()
      scope.signal.throwIfAborted()
    }
    return { number, ...rank(wanted, readings, corpus), isLast: found.length < end || end === lastEnd }
  }

  async function show(scope: Scope, ranked: readonly Ranked[], read: (entry: Placed) => SnippetPart[]): Promise<Hit[]> {
    const hits = new Map<number, Hit>()
    const byRow = new Map(ranked.map((each) => [each.entry.rowId, each]))
    const pause = createPause()
    for await (const entry of store.load(scope, [...byRow.keys()], {})) {
      const place = byRow.get(entry.rowId)
      if (place) hits.set(entry.rowId, toHit(entry, place, read(entry)))
      await pause()
    }
    return ranked.flatMap(({ entry }) => hits.get(entry.rowId) ?? [])
  }

  return async function search(scope: Scope, input: TimelineSearch): Promise<Page<Hit>> {
    let place: Place | null = input.cursor === undefined ? [0, 0] : parseCursor(input.cursor)
    const wanted = want(queryTerms(clip(input.text, maxQueryLength)).slice(0, maxQueryWords))
    const items: Hit[] = []
    if (wanted.words.length === 0) return { items, nextCursor: null }
    const corpus = await corpora.of(scope.userId)
    while (place && items.length < input.limit) {
      const [number, offset]: Place = place
      const window = await openWindow(scope, input, { wanted, corpus, number })
      const taken = window.ranked.slice(offset, offset + input.limit - items.length)
      const hits = await show(scope, taken, ({ text }) => snippetOf(text, wanted, window.weights))
      items.push(...hits)
      place = nextPlace(window, offset + taken.length)
    }
    return { items, nextCursor: place && formatCursor(place) }
  }
}
