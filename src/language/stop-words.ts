const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/).filter((word) => word !== ''))

/** Words that ask: they say what kind of answer is wanted, not where it stands. */
const questionWords = {
  en: set('what when where which who whom whose why how'),
  sv: set('vad vem vems vilka vilken vilket var vart varför när hur varifrån'),
}

/** Words that carry grammar alone. */
const grammarWords = {
  en: set(`
    a about again all also am an and any are aren as at be been being but by can could couldn did didn do does doesn
    doing don for from had hadn has hasn have haven having he her hers him his i if in into is isn it its just me my no
    nor not of on or our ours she should shouldn so some than that the their theirs them then there these they this
    those to too us very was wasn we were weren will with won would wouldn you your yours tell please
  `),
  sv: set(`
    alla allt att av bara blev bli blir de dem den denna deras dess dessa det detta dig din dina ditt du där då efter
    eller en er era ert ett från för ha hade han hans har henne hennes hon honom i icke inte ja jag ju kan kunde man med
    mej mig min mina mitt mot mycket nej ni nu någon något några och också om oss på sedan sej sig sin sina sitt ska
    skulle som så till under upp ut utan vara varit vi vid vår våra vårt är åt berätta
  `),
}

/** Words of both languages, or names in one of them: they stay in a query whose language is not known. */
const ambiguous = set('man men den era dig han till under per var upp hade bara')

export type Language = 'sv' | 'en' | 'other'

/** Tells whether a word asks (who, what, vem, när …). `form` is lower case with å, ä and ö kept. */
export const isQuestionWord = (form: string, language: Language = 'other'): boolean =>
  (language !== 'sv' && questionWords.en.has(form)) || (language !== 'en' && questionWords.sv.has(form))

const isGrammarWord = (form: string, language: Language): boolean =>
  (language !== 'sv' && grammarWords.en.has(form)) || (language !== 'en' && grammarWords.sv.has(form))

/** Tells whether a word helps no search: it asks, or it carries grammar alone. */
export function isStopWord(form: string, language: Language = 'other'): boolean {
  if (language === 'other' && ambiguous.has(form)) return false
  return isQuestionWord(form, language) || isGrammarWord(form, language)
}
