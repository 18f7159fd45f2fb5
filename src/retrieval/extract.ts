import type { Scope } from '../core/index.ts'
import { clip, detectLanguage } from '../language/index.ts'
import { type Found, type Passage, pickPassages } from './pick-passages.ts'
import { wordingFor } from './words.ts'

/** A quoted passage: `text` is what stands in the message from `start` to `end` (UTF-16 offsets, end exclusive). */
export type Quote = {
  readonly messageId: string
  readonly conversationId: string
  readonly start: number
  readonly end: number
  readonly text: string
}

export type Extract = { readonly text: string; readonly citations: readonly Quote[] }

/** The timeline's search, as far as it is needed here. */
export type FindEntries = (
  scope: Scope,
  input: { readonly text: string; readonly kinds: readonly ['message']; readonly limit: number },
) => Promise<{ readonly items: readonly Found[] }>

/** The question; messages to leave out are those of the running turn, the question's own among them. */
export type ExtractInput = { readonly text: string; readonly excludeMessageIds: readonly string[] }

const candidates = 100
/** Of a long question the beginning counts, in UTF-16 units. */
const maxQuestionLength = 20_000

const quoteOf = ({ entry, sentence }: Passage): Quote => ({
  messageId: entry.refId,
  conversationId: entry.conversationId ?? '',
  start: sentence.start,
  end: sentence.end,
  text: sentence.text,
})

/**
 * Makes the answer for when no model is there: sentences that the owner has written, quoted exactly and dated, in the
 * language of the question. Where nothing fits it says so. It adds no claim of its own, and the same log gives the
 * same answer.
 * @param options - `timeZone` in which dates are told, by its IANA name
 */
export const createExtractor = (
  { search }: { search: FindEntries },
  { timeZone = 'UTC' }: { timeZone?: string } = {},
) =>
  async function extract(scope: Scope, { text: whole, excludeMessageIds }: ExtractInput): Promise<Extract> {
    const text = clip(whole, maxQuestionLength)
    const wording = wordingFor(detectLanguage(text))
    const { items } = await search(scope, { text, kinds: ['message'], limit: candidates })
    const passages = await pickPassages(
      text,
      items.filter(({ entry }) => !excludeMessageIds.includes(entry.refId)),
    )
    if (passages.length === 0) return { text: wording.nothing, citations: [] }
    const dates = new Intl.DateTimeFormat(wording.locale, { dateStyle: 'long', timeZone })
    const lines = passages.map(({ entry, sentence }) => `- ${dates.format(entry.at)}: “${sentence.text}”`)
    return { text: [wording.found, '', ...lines].join('\n'), citations: passages.map(quoteOf) }
  }
