import { describe, expect, it } from 'vitest'
import { queryTerms } from '../language/index.ts'
import { createCorpora } from './corpus.ts'
import { createPause } from './pause.ts'
import { readEntry, want } from './rank.ts'
import { createSearch } from './search.ts'
import { snippetOf } from './snippet.ts'
import type { Placed } from './store.ts'

const placed = (text: string, rowId = 1): Placed =>
  ({ rowId, at: new Date(0), role: 'user', source: 'web-chat', channel: 'chat', text }) as Placed

const wordsOf = (count: number) => Array.from({ length: count }, (_, index) => `ord${index}`).join(' ')
const filler = 'lorem ipsum dolor sit amet '.repeat(4000)

describe('the work of a search', () => {
  it('reads the beginning of a long entry word by word, and looks for a word beyond it', () => {
    const { counts, length, clipped } = readEntry(
      want(queryTerms('lorem zeppelin 𝒳 malmö')),
      placed(`${filler} Zeppelinare i MALMO`),
    )
    expect(clipped).toBe(true)
    expect(length).toBeLessThan(2_100)
    expect(counts[0]).toBeGreaterThan(300)
    expect(counts.slice(1)).toEqual([1, 0, 1])
  })

  it('takes no part of a longer word for a word beyond the beginning', () => {
    const wanted = want(queryTerms('pelin ze'))
    expect(readEntry(wanted, placed(`${filler} zeppelin`)).counts).toEqual([0, 0])
    expect(readEntry(wanted, placed(`${filler} ze pelins`)).counts).toEqual([1, 1])
  })

  it('shows the match that stands far on in a long entry', () => {
    const text = `${filler}we saw a Zeppelin here ${filler}`
    const parts = snippetOf(text, want(queryTerms('zeppelin')), [1])
    expect(parts.filter(({ match }) => match)).toEqual([{ text: 'Zeppelin', match: true }])
    expect(text).toContain(
      parts
        .map((part) => part.text)
        .join('')
        .replace(/^…|…$/g, ''),
    )
  })

  it('asks the index for no more than the first forty words of a query', async () => {
    const asked: (readonly string[])[] = []
    const fullText = {
      search: async ({ stems }: { stems: readonly string[] }) => {
        asked.push(stems)
        return []
      },
    }
    const store = { async *load() {}, newest: async () => [], count: async () => 0 }
    const deps = { db: { fullText }, store, corpora: createCorpora({ store }) }
    const search = createSearch(deps as unknown as Parameters<typeof createSearch>[0])
    const scope = { userId: 'u', signal: new AbortController().signal } as Parameters<typeof search>[0]
    await search(scope, { text: wordsOf(30_000), limit: 5 })
    expect(asked).toEqual([Array.from({ length: 40 }, (_, index) => `ord${index}`)])
  })

  it('counts the words of the newest entries only as far as two million units go', async () => {
    const text = wordsOf(2_500).slice(0, 20_000)
    let given = 0
    const newest = async (_: string, { limit, maxLength }: { limit: number; maxLength: number }) => {
      given += limit
      return Array.from({ length: limit }, () => placed(text.slice(0, maxLength)))
    }
    const corpus = await createCorpora({ store: { count: async () => 1000, newest } }).of('u')
    expect(given).toBeLessThanOrEqual(250)
    expect(corpus.entries).toBe(1000)
    expect(corpus.holding(['ord1'])).toBeCloseTo(1000)
  })

  it('lets others run whenever ten milliseconds have gone by', async () => {
    let clock = 0
    let turns = 0
    const pause = createPause(() => clock)
    const count = () => {
      turns += 1
    }
    setImmediate(count)
    await pause()
    expect(turns).toBe(0)
    clock = 10
    await pause()
    expect(turns).toBe(1)
    setImmediate(count)
    clock = 19
    await pause()
    expect(turns).toBe(1)
  })
})
