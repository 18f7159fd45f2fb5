import { isQuestionWord, tokenise } from '../language/index.ts'

const verbs = new Set(
  `is are was were am do does did can could will would shall should may might must has have had be
  s är var har hade gör gjorde kan kunde ska skulle vill ville får fick heter hette blir blev finns fanns bor bodde
  tycker tyckte kommer kom brukar behöver måste`.split(/\s+/),
)

/** Tells whether a sentence asks: by its mark, or by a question word and a verb at its start. */
export function isQuestion(sentence: string): boolean {
  if (/[?？؟]["'”’»)\]\s]*$/.test(sentence)) return true
  const [first, second] = tokenise(sentence.slice(0, 200))
  return first !== undefined && second !== undefined && isQuestionWord(first.form) && verbs.has(second.form)
}
