import { setImmediate } from 'node:timers/promises'
import { clip, fold, queryTerms, type Sentence, sentences, type Term, terms } from '../language/index.ts'
import { isQuestion } from './is-question.ts'

/** An entry of the timeline as a search gives it; `coverage` is the part (0–1) of the query that it holds. */
export type Found = {
  readonly entry: {
    readonly refId: string
    readonly conversationId: string | null
    readonly role: string
    readonly at: Date
    readonly text: string
  }
  readonly score: number
  readonly coverage: number
  /** The words around the best match, an ellipsis where they are cut; tells where in a long text to look. */
  readonly snippet?: readonly { readonly text: string }[]
}

/** A sentence that may answer; `start` and `end` are UTF-16 offsets into the entry's text. */
export type Passage = { readonly entry: Found['entry']; readonly sentence: Sentence; readonly score: number }

/** A sentence must hold this part of the question's words; below it, saying nothing is the honest answer. */
const minCoverage = 0.5
const maxPassages = 3
const maxSentenceLength = 600
/** What bounds the work: words of the question, and UTF-16 units looked at of one message and of all. */
const maxAsked = 40
const maxRead = 20_000
const maxReadOfAll = 200_000

const plain = (text: string): string =>
  fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** The part (0–1) of the question's words that these words hold. */
function coverageOf(asked: readonly Term[], held: readonly Term[]): number {
  const stems = new Set(held.flatMap((term) => term.stems))
  const answered = asked.filter((term) => term.stems.some((stem) => stems.has(stem)))
  return asked.length === 0 ? 0 : answered.length / asked.length
}

/** Where the part of a long text begins that is looked at: at its start, unless the best match stands further on. */
function startOf({ entry: { text }, snippet = [] }: Found): number {
  const shown = snippet
    .map((part) => part.text)
    .join('')
    .replace(/^…|…$/g, '')
  const match = shown === '' ? -1 : text.indexOf(shown)
  return match + shown.length <= maxRead ? 0 : match - maxRead / 2
}

/** The sentences of a message; of a long one those of a part, without what the cuts have left of a sentence. */
export function sentencesOf(found: Found): Sentence[] {
  const { text } = found.entry
  if (text.length <= maxRead) return sentences(text)
  const from = startOf(found)
  const part = clip(text.slice(from, from + maxRead + 1), maxRead)
  const isEnd = from + part.length >= text.length
  return sentences(part)
    .slice(from > 0 ? 1 : 0, isEnd ? undefined : -1)
    .map((sentence) => ({ ...sentence, start: sentence.start + from, end: sentence.end + from }))
}

function passagesOf(found: Found, asked: readonly Term[]): Passage[] {
  const { entry, coverage } = found
  return sentencesOf(found)
    .filter(({ text }) => text.length <= maxSentenceLength && !isQuestion(text))
    .map((sentence) => ({ sentence, held: coverageOf(asked, terms(sentence.text)) }))
    .filter(({ held }) => held >= minCoverage)
    .map(({ sentence, held }) => ({ entry, sentence, score: held + coverage / 2 }))
}

/** The messages in their order, as far as may be read of them all. */
function affordable(found: readonly Found[]): readonly Found[] {
  let units = 0
  return found.filter(({ entry }) => {
    const fits = units < maxReadOfAll
    units += Math.min(entry.text.length, maxRead)
    return fits
  })
}

/**
 * Picks the few sentences that best answer, from what the owner has written: never a question, never the asked one
 * again, never the same sentence twice. The order is by how much of the question they hold, then by date, newest first.
 * Others run between the messages.
 */
export async function pickPassages(question: string, found: readonly Found[]): Promise<Passage[]> {
  const asked = queryTerms(question)
    .filter((term) => !term.whole)
    .slice(0, maxAsked)
  const echo = plain(question)
  const passages: Passage[] = []
  for (const each of affordable(found.filter(({ entry }) => entry.role === 'user' && entry.conversationId !== null))) {
    if (plain(clip(each.entry.text, maxRead)) === echo) continue
    passages.push(...passagesOf(each, asked).filter(({ sentence }) => plain(sentence.text) !== echo))
    await setImmediate()
  }
  passages.sort((a, z) => z.score - a.score || z.entry.at.getTime() - a.entry.at.getTime())
  const seen = new Set<string>()
  const distinct = passages.filter(({ sentence }) => {
    const key = plain(sentence.text)
    return seen.has(key) ? false : seen.add(key)
  })
  const best = distinct[0]?.score ?? 0
  return distinct.filter(({ score }) => score >= best * 0.7).slice(0, maxPassages)
}
