import { type Kysely, sql } from 'kysely'
import type { FullText } from '../database.ts'
import { documentTerms, queryTerms } from '../terms.ts'

/** Positions end at 16383 and at 256 per lexeme: https://www.postgresql.org/docs/current/textsearch-limitations.html */
const MAX_POSITION = 16_383
const MAX_POSITIONS_PER_TERM = 256
/** Divides the rank by 1 + the logarithm of the length. */
const BY_LENGTH = 1

/** Writes a `tsvector` as its input form, past every parser: terms hold neither quotes nor backslashes. */
function vectorOf(terms: readonly string[]): string {
  const positions = new Map<string, number[]>()
  for (const [index, term] of terms.entries()) {
    const known = positions.get(term)
    if (known === undefined) positions.set(term, [Math.min(index + 1, MAX_POSITION)])
    else if (known.length < MAX_POSITIONS_PER_TERM) known.push(Math.min(index + 1, MAX_POSITION))
  }
  return [...positions].map(([term, places]) => `'${term}':${places.join(',')}`).join(' ')
}

/** Full text by `tsvector`, with the owner in the condition. */
// biome-ignore lint/complexity/noBannedTypes: each room adds its own tables; the empty schema is what they add to
export function createPostgresFullText(read: Kysely<{}>): FullText {
  return {
    async insert(tx, { rowId, ownerId, stems }) {
      const vector = vectorOf(documentTerms(stems))
      await sql`insert into timeline_terms (row_id, owner_id, terms)
        values (${rowId}, ${ownerId}, ${vector}::tsvector)`.execute(tx)
    },
    async remove(tx, rowIds) {
      await sql`delete from timeline_terms where row_id = any(${[...rowIds]}::bigint[])`.execute(tx)
    },
    async search({ ownerId, stems, limit }) {
      const terms = queryTerms(stems)
      if (terms.length === 0) return []
      const query = terms.map((term) => `'${term}'`).join(' | ')
      const { rows } = await sql<{ rowId: number; rank: number }>`
        select row_id, ts_rank(terms, ${query}::tsquery, ${BY_LENGTH}) as rank from timeline_terms
        where owner_id = ${ownerId} and terms @@ ${query}::tsquery
        order by rank desc, row_id desc limit ${limit}`.execute(read)
      return rows
    },
  }
}
