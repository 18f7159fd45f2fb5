import type { Language } from './stop-words.ts'
import { type Token, tokenise } from './tokenise.ts'

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

const maxTokens = 2000

/** Counts evidence over the first 2,000 words. */
export function evidence(tokens: readonly Token[]): Evidence {
  let sv = 0
  let en = 0
  let other = 0
  for (const { form, whole } of tokens.slice(0, maxTokens)) {
    if (whole) continue
    if (marks.en.has(form)) en += 1
    if (marks.sv.has(form)) sv += 1
    else if (/[åäö]/.test(form)) sv += 0.5
    if (marks.other.has(form)) other += 1
    if (/[^\x20-\x7eåäöéü]/.test(form)) other += 1
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
export const detectLanguage = (text: string): Language => languageOf(evidence(tokenise(text)))
