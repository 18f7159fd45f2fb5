import { clip } from './clip.ts'
import type { Language } from './stop-words.ts'
import { tokenise } from './tokenise.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/).filter((word) => word !== ''))

const marks = {
  en: set(`
    the and of to is are was were you your my me it its this that these those with have has what when where who which
    why how do does did not can could would should will we they he she his her from about there been i'm i for but be
    on at by or an as had their our please
  `),
  sv: set(`
    och att det är inte jag du vi ni på av som med för till har hade ett den de vad när hur vem vilken vilket vilka
    varför var min mitt mina din ditt dina sin om från kan ska skulle vill eller så också någon något igår idag
    imorgon heter mig dig oss han hon honom henne där här då sedan bara blev blir
  `),
  other: set(`
    der die das und ist nicht ich sie mit ein eine für wie wo le la les est et je vous une pour dans que qui el los las
    es una por con no jeg ikke og af det er hvad hvordan hvor jag il che non sono per ja minä on ei mikä
  `),
}

/** How many words speak for each language. */
export type Evidence = { readonly sv: number; readonly en: number; readonly other: number }

const maxWords = 2000
/** No fewer units than 2,000 words of any prose take. */
const maxRead = 40_000
const foreign = /[^\x20-\x7eåäöéü]/
const swedishLetter = /[åäö]/

const silent: Evidence = { sv: 0, en: 0, other: 0 }

/** What one word says of the language of its text. */
export function evidenceOf(form: string): Evidence {
  const sv = marks.sv.has(form) ? 1 : swedishLetter.test(form) ? 0.5 : 0
  const en = marks.en.has(form) ? 1 : 0
  const other = (marks.other.has(form) ? 1 : 0) + (foreign.test(form) ? 1 : 0)
  return sv + en + other > 0 ? { sv, en, other } : silent
}

/** Sums up the evidence of the first 2,000 words. */
export function sumEvidence(words: readonly { readonly evidence: Evidence }[]): Evidence {
  let sv = 0
  let en = 0
  let other = 0
  for (const { evidence } of words.length > maxWords ? words.slice(0, maxWords) : words) {
    sv += evidence.sv
    en += evidence.en
    other += evidence.other
  }
  return { sv, en, other }
}

/** Names the language that most words speak for; `other` when none does or two are even. */
export function languageOf({ sv, en, other }: Evidence): Language {
  if (sv > en && sv > other) return 'sv'
  if (en > sv && en > other) return 'en'
  return 'other'
}

/** Tells Swedish and English apart by their small words; anything else, and too little to go by, is `other`. */
export function detectLanguage(text: string): Language {
  const words = tokenise(clip(text, maxRead)).filter(({ whole }) => !whole)
  return languageOf(sumEvidence(words.slice(0, maxWords).map(({ form }) => ({ evidence: evidenceOf(form) }))))
}
