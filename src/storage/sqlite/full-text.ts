import { type Kysely, sql } from 'kysely'
import type { FullText } from '../database.ts'
import { documentTerms, queryTerms, termOf } from '../terms.ts'

const REMOVED_AT_ONCE = 500

/**
 * Full text by FTS5. The owner stands in front of each term, so that an owner's words have posting lists of their own:
 * what others have written costs a search nothing and does not weigh in its ranks.
 */
// biome-ignore lint/complexity/noBannedTypes: each room adds its own tables; the empty schema is what they add to
export function createSqliteFullText(read: Kysely<{}>): FullText {
  const owned = (ownerId: string, terms: readonly string[]): string[] => {
    const owner = `${termOf(ownerId)}\uE0FD`
    return terms.map((term) => owner + term)
  }
  return {
    async insert(tx, { rowId, ownerId, stems }) {
      const document = owned(ownerId, documentTerms(stems)).join(' ')
      await sql`insert into timeline_terms (rowid, terms) values (${rowId}, ${document})`.execute(tx)
    },
    async remove(tx, rowIds) {
      for (let at = 0; at < rowIds.length; at += REMOVED_AT_ONCE) {
        await sql`delete from timeline_terms where rowid in (${sql.join(rowIds.slice(at, at + REMOVED_AT_ONCE))})`.execute(
          tx,
        )
      }
    },
    async search({ ownerId, stems, limit }) {
      const terms = owned(ownerId, queryTerms(stems))
      if (terms.length === 0) return []
      // Terms hold neither quotes nor anything else that the query language knows.
      const query = terms.map((term) => `"${term}"`).join(' OR ')
      const { rows } = await sql<{ rowId: number; rank: number }>`
        select rowid as row_id, -bm25(timeline_terms) as rank from timeline_terms
        where timeline_terms match ${query} order by rank desc, rowid desc limit ${limit}`.execute(read)
      return rows
    },
  }
}
