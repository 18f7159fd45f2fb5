import type { Scope } from '../core/index.ts'
import { queryTerms } from '../language/index.ts'
import type { Database } from '../storage/index.ts'
import type { Corpora, Corpus } from './corpus.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import type { Entry, EntryKind, Page } from './entry.ts'
import { type Ranked, rank, type Wanted, want } from './rank.ts'
import { type SnippetPart, snippetOf } from './snippet.ts'
import type { TimelineStore } from './store.ts'

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

/** Candidates come from the index in windows, each ranked for itself, so that pages neither repeat nor skip an entry. */
const windowEnds = [200, 1_000, 5_000, 25_000, 125_000, 1_000_000]

type Deps = { db: Database; store: TimelineStore; corpora: Corpora }
type Window = { readonly ranked: readonly Ranked[]; readonly weights: readonly number[]; readonly isLast: boolean }

const toHit = ({ entry: { rowId: _, ...entry }, score, coverage }: Ranked, snippet: readonly SnippetPart[]): Hit => ({
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
  async function openWindow(
    scope: Scope,
    input: TimelineSearch,
    asked: { wanted: Wanted; corpus: Corpus; window: number },
  ) {
    const { wanted, corpus, window } = asked
    const end = windowEnds[window] ?? 0
    const stems = [...wanted.byStem.keys()]
    const found = await db.fullText.search({ ownerId: scope.userId, stems, limit: end })
    const rowIds = found.slice(windowEnds[window - 1] ?? 0).map(({ rowId }) => rowId)
    const entries = await store.load(scope, rowIds, input)
    const isLast = found.length < end || window === windowEnds.length - 1
    return { ...rank(wanted, entries, corpus), isLast } satisfies Window
  }

  return async function search(scope: Scope, input: TimelineSearch): Promise<Page<Hit>> {
    const wanted = want(queryTerms(input.text))
    let [window, offset] = input.cursor === undefined ? [0, 0] : parseCursor(input.cursor)
    const items: Hit[] = []
    if (wanted.words.length === 0) return { items, nextCursor: null }
    const corpus = await corpora.of(scope.userId)
    while (window < windowEnds.length) {
      scope.signal.throwIfAborted()
      const { ranked, weights, isLast } = await openWindow(scope, input, { wanted, corpus, window })
      const taken = ranked.slice(offset, offset + input.limit - items.length)
      for (const each of taken) items.push(toHit(each, snippetOf(each.entry.text, wanted, weights)))
      offset += taken.length
      if (offset < ranked.length) return { items, nextCursor: formatCursor([window, offset]) }
      if (isLast) break
      window += 1
      offset = 0
      if (items.length >= input.limit) return { items, nextCursor: formatCursor([window, offset]) }
    }
    return { items, nextCursor: null }
  }
}
