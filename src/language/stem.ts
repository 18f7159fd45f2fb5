import { stemmer as english } from '@orama/stemmers/english'
import { stemmer as swedishBase } from '@orama/stemmers/swedish'
import { type Evidence, evidenceOf, languageOf, sumEvidence } from './detect.ts'
import { fold } from './fold.ts'
import { isStopWord, type Language } from './stop-words.ts'
import { tokenise } from './tokenise.ts'

/**
 * A word with what it is found by. Two words are the same to a search when they share a stem. `start` and `end` are
 * UTF-16 offsets; `whole` marks an identifier that is also given in its parts.
 */
export type Term = {
  readonly start: number
  readonly end: number
  readonly stems: readonly string[]
  readonly whole: boolean
}

const neuter = /^(.{3,})ets?$/
const vowelThenOther = /[aeiouyåäö][^aeiouyåäö]/
const keepsNeuter = /(?:h|i|fab|rak|pak|stak|[cdmnprstx]it|kom)$/
const stemmable = /^[a-zåäö]{3,40}$/

/** Snowball's older Swedish has no rule for the neuter's definite form (`huset`), one of the commonest endings. */
function swedish(form: string): string {
  const base = neuter.exec(form)?.[1]
  return swedishBase(base !== undefined && vowelThenOther.test(base) && !keepsNeuter.test(base) ? base : form)
}

type Word = {
  readonly english: readonly string[]
  readonly both: readonly string[]
  readonly query: readonly string[]
  readonly evidence: Evidence
}

/** The stems in their order, each once; the list given where it says the same, as most words have one stem only. */
function joinStems(list: readonly string[], more: string): readonly string[] {
  return list.includes(more) ? list : [...list, more]
}

function readWord(form: string): Word {
  const plain = fold(form)
  const evidence = evidenceOf(form)
  if (!stemmable.test(form)) {
    const only = [plain]
    return { english: only, both: only, query: only, evidence }
  }
  const en = [fold(english(form))]
  const both = joinStems(en, fold(swedish(form)))
  return { english: en, both, query: joinStems(both, plain), evidence }
}

const maxKept = 25_000
const maxKeptLength = 40
let recent = new Map<string, Word>()
let older = new Map<string, Word>()

/** Stemming costs a hundred times what looking up does, and texts repeat their words: keeps those used last. */
function wordOf(form: string): Word {
  const known = recent.get(form)
  if (known) return known
  const made = older.get(form) ?? readWord(form)
  if (form.length > maxKeptLength) return made
  if (recent.size >= maxKept) {
    older = recent
    recent = new Map()
  }
  recent.set(form, made)
  return made
}

/** English alone only where nothing speaks against it: Swedish texts are full of English words. */
function choose(words: readonly Word[], language: Language | undefined): 'english' | 'both' {
  if (language !== undefined) return language === 'en' ? 'english' : 'both'
  const { sv, en, other } = sumEvidence(words)
  return en >= 3 && sv < 1 && other < 1 ? 'english' : 'both'
}

/**
 * The words of a stored text with their stems: English ones where the text is surely English, else Swedish and English
 * ones both. Together with `queryTerms`, which always asks for both, a wrong guess on either side costs no match.
 * @param language - what the text is known to be in; left out, it is guessed
 */
export function terms(text: string, language?: Language): Term[] {
  const tokens = tokenise(text)
  const words = tokens.map(({ form }) => wordOf(form))
  const kind = choose(words, language)
  return tokens.map(({ start, end, whole }, at) => ({ start, end, whole, stems: words[at]?.[kind] ?? [] }))
}

/** All stems of a stored text, in reading order and with repeats: what the full-text index is given. */
export const stems = (text: string, language?: Language): string[] =>
  terms(text, language).flatMap((term) => term.stems)

/**
 * The words a query looks for, each once and with every stem that a text may hold for it. Question words and words of
 * grammar are left out, unless nothing else is there.
 */
export function queryTerms(text: string): Term[] {
  const tokens = tokenise(text)
  const language = languageOf(sumEvidence(tokens.map(({ form }) => wordOf(form))))
  const telling = tokens.filter(({ form, whole }) => whole || !isStopWord(form, language))
  const seen = new Set<string>()
  const found: Term[] = []
  for (const { start, end, form, whole } of telling.length > 0 ? telling : tokens) {
    const { both, query } = wordOf(form)
    if (!both.some((stem) => seen.has(stem))) found.push({ start, end, whole, stems: query })
    for (const stem of both) seen.add(stem)
  }
  return found
}
