import { fold, queryTerms, type Sentence, sentences, type Term, terms } from '../language/index.ts'
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
}

/** A sentence that may answer; `start` and `end` are UTF-16 offsets into the entry's text. */
export type Passage = { readonly entry: Found['entry']; readonly sentence: Sentence; readonly score: number }

/** A sentence must hold this part of the question's words; below it, saying nothing is the honest answer. */
const minCoverage = 0.5
const maxPassages = 3
const maxSentenceLength = 600

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

function passagesOf({ entry, coverage }: Found, asked: readonly Term[]): Passage[] {
  return sentences(entry.text)
    .filter(({ text }) => text.length <= maxSentenceLength && !isQuestion(text))
    .map((sentence) => ({ sentence, held: coverageOf(asked, terms(sentence.text)) }))
    .filter(({ held }) => held >= minCoverage)
    .map(({ sentence, held }) => ({ entry, sentence, score: held + coverage / 2 }))
}

/**
 * Picks the few sentences that best answer, from what the owner has written: never a question, never the asked one
 * again, never the same sentence twice. The order is by how much of the question they hold, then by date, newest first.
 */
export function pickPassages(question: string, found: readonly Found[]): Passage[] {
  const asked = queryTerms(question).filter((term) => !term.whole)
  const echo = plain(question)
  const passages = found
    .filter(({ entry }) => entry.role === 'user' && entry.conversationId !== null && plain(entry.text) !== echo)
    .flatMap((each) => passagesOf(each, asked))
    .filter(({ sentence }) => plain(sentence.text) !== echo)
    .sort((a, z) => z.score - a.score || z.entry.at.getTime() - a.entry.at.getTime())
  const seen = new Set<string>()
  const distinct = passages.filter(({ sentence }) => {
    const key = plain(sentence.text)
    return seen.has(key) ? false : seen.add(key)
  })
  const best = distinct[0]?.score ?? 0
  return distinct.filter(({ score }) => score >= best * 0.7).slice(0, maxPassages)
}
