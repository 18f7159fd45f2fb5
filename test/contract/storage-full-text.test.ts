import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/storage/index.ts'
import { createPlace, databaseKinds, type Place, withoutPostgres } from './storage/databases.ts'

type Entry = { readonly rowId: number; readonly ownerId: string; readonly stems: readonly string[] }

/** Query languages, quotes, look-alikes after folding, code points of the area the index uses itself. */
const hostileStems = [
  'NEAR',
  'near',
  'or',
  'and',
  'not',
  '*',
  'a*',
  '"',
  "'",
  '""',
  "''",
  '\\',
  '\\\\',
  ':',
  'a:b',
  '(a|b)',
  'a&b',
  '!a',
  '<->',
  '^a',
  '{terms}:a',
  'terms',
  'c++',
  'c#',
  'node.js',
  'node',
  'js',
  'node-js',
  'node_js',
  'src/storage/index.ts',
  'user@example.org',
  'å',
  'a\u030A',
  'é',
  'e',
  'ς',
  'σ',
  'ſ',
  's',
  'ß',
  'ss',
  'ı',
  'i',
  '\u00A0',
  '\u3000',
  '\u00AD',
  '\uE000',
  '\uE022',
  '\uE0FF',
  '\uE0FD',
  '\uE0FE',
  '\uE0FF\uE022',
  '😀',
  '😁',
  'ก็',
  '日本',
  '日',
  ' ',
  'two words',
  '\n',
  '\0',
  '\uFFFD',
  '\uD800',
  'x'.repeat(600),
  `${'x'.repeat(600)}y`,
]

const comparable = (stem: string) => stem.toWellFormed().replaceAll('\0', '\uFFFD')

/** What the index must find, by the plainest means there are. */
const expected = (entries: readonly Entry[], ownerId: string, stems: readonly string[]): readonly number[] => {
  const wanted = new Set(stems.map(comparable))
  const isHit = (entry: Entry) => entry.ownerId === ownerId && entry.stems.some((stem) => wanted.has(comparable(stem)))
  return entries.filter(isHit).map(({ rowId }) => rowId)
}

describe.each(databaseKinds)('full text on %s', (kind) => {
  let place: Place
  let database: Database

  beforeAll(async () => {
    place = await createPlace(kind)
    database = await place.open()
  })
  afterAll(async () => {
    await database.close()
    await place.remove()
  })
  beforeEach(async () => {
    // Contentless tables of FTS5 know no "delete from", and every row has to be named.
    await database.write((tx) =>
      kind === 'sqlite'
        ? sql`insert into timeline_terms (timeline_terms) values ('delete-all')`.execute(tx)
        : sql`delete from timeline_terms`.execute(tx),
    )
  })

  const insert = (entries: readonly Entry[]) =>
    database.write(async (tx) => {
      for (const entry of entries) await database.fullText.insert(tx, entry)
    })
  const search = async (ownerId: string, stems: readonly string[], limit = 1000) =>
    (await database.fullText.search({ ownerId, stems, limit })).map(({ rowId }) => rowId)

  it('finds each hostile stem in the one entry that holds it, and in no other', async () => {
    const stems = [...new Map(hostileStems.map((stem) => [comparable(stem), stem])).values()]
    const entries = stems.map((stem, index) => ({ rowId: index + 1, ownerId: 'o', stems: [stem] }))
    await insert(entries)
    for (const { rowId, stems: wanted } of entries)
      expect([wanted, await search('o', wanted)]).toEqual([wanted, [rowId]])
  })

  it('promise 13: finds what the plainest search finds, whatever stems, owners and queries hold', async () => {
    const stem = fc.oneof(fc.constantFrom(...hostileStems), fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }))
    const owner = fc.constantFrom('o', 'O', 'p', "o' or 1=1 --", '"', 'o*')
    const entry = fc.record({ ownerId: owner, stems: fc.array(stem, { maxLength: 8 }) })
    let lastRowId = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 8 }),
        owner,
        fc.array(stem, { maxLength: 5 }),
        async (made, who, asked) => {
          const entries = made.map((one) => {
            lastRowId += 1
            return { ...one, rowId: lastRowId }
          })
          await insert(entries)
          const found = await search(who, asked)
          expect(found.toSorted((a, b) => a - b)).toEqual(expected(entries, who, asked))
          const rowIds = entries.map(({ rowId }) => rowId)
          await database.write((tx) => database.fullText.remove(tx, rowIds))
          expect(await search(who, asked)).toEqual([])
        },
      ),
      { numRuns: 200, endOnFailure: true },
    )
  })

  it('ranks an entry that says it more often higher, with ranks that fall', async () => {
    const filler = Array.from({ length: 20 }, (_, index) => ({
      rowId: index + 10,
      ownerId: 'o',
      stems: ['rain', 'sun'],
    }))
    await insert([
      { rowId: 1, ownerId: 'o', stems: ['fire', 'wood', 'ash', 'smoke'] },
      { rowId: 2, ownerId: 'o', stems: ['fire', 'fire', 'fire', 'smoke'] },
      ...filler,
    ])
    const hits = await database.fullText.search({ ownerId: 'o', stems: ['fire'], limit: 10 })
    expect(hits.map(({ rowId }) => rowId)).toEqual([2, 1])
    expect(hits[0]?.rank).toBeGreaterThan(hits[1]?.rank ?? 0)
    expect(hits[1]?.rank).toBeGreaterThan(0)
  })

  it("never lets another owner's entries crowd out one's own, nor change their ranks", async () => {
    await insert([{ rowId: 1, ownerId: 'small', stems: ['fire', 'wood'] }])
    const alone = await database.fullText.search({ ownerId: 'small', stems: ['fire'], limit: 1 })
    await insert(
      Array.from({ length: 3000 }, (_, index) => ({ rowId: index + 2, ownerId: 'great', stems: ['fire', 'fire'] })),
    )
    expect(await search('small', ['fire'], 1)).toEqual([1])
    expect(await search('great', ['fire'], 5000)).toHaveLength(3000)
    expect(alone.map(({ rowId }) => rowId)).toEqual([1])
  })

  it('gives the best first when there are more than asked for', async () => {
    await insert(
      Array.from({ length: 50 }, (_, index) => ({
        rowId: index + 1,
        ownerId: 'o',
        stems: index === 24 ? ['fire', 'fire', 'fire'] : ['fire', 'rain', 'sun'],
      })),
    )
    expect((await search('o', ['fire'], 3))[0]).toBe(25)
    expect(await search('o', ['fire'], 3)).toHaveLength(3)
  })

  it('takes documents and queries of many thousand stems', async () => {
    const stems = Array.from({ length: 20_000 }, (_, index) => `stem${index}`)
    await insert([{ rowId: 1, ownerId: 'o', stems }])
    expect(await search('o', ['stem19999'])).toEqual([1])
    expect(await search('o', stems.slice(-3000))).toEqual([1])
  })

  it('indexes the first 512 KiB of a document alike, and does not fail over the rest', async () => {
    const stems = Array.from({ length: 60_000 }, (_, index) => `${String(index).padStart(40, '0')}å`)
    await insert([{ rowId: 1, ownerId: 'o', stems }])
    const known = 512 * 1024
    const lastIndexed = Math.floor(known / 43) - 1
    expect(await search('o', [stems[lastIndexed] ?? ''])).toEqual([1])
    expect(await search('o', [stems[lastIndexed + 1] ?? ''])).toEqual([])
  })

  it('finds nothing for no stems, and takes nothing back for no rows', async () => {
    await insert([{ rowId: 1, ownerId: 'o', stems: ['fire'] }])
    await database.write((tx) => database.fullText.remove(tx, []))
    expect(await search('o', [])).toEqual([])
    expect(await search('o', [''])).toEqual([])
    expect(await search('o', ['fire'])).toEqual([1])
  })

  it('forgets an entry whose write has failed', async () => {
    const failing = database.write(async (tx) => {
      await database.fullText.insert(tx, { rowId: 1, ownerId: 'o', stems: ['fire'] })
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    expect(await search('o', ['fire'])).toEqual([])
  })
})

it.skipIf(withoutPostgres === '')(`full text on PostgreSQL${withoutPostgres}`, ({ skip }) => skip(withoutPostgres))
