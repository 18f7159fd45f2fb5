const ascii = /^[\x20-\x7e\s]*$/
/** Marks that change a letter's look, not the word: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels. */
const accents =
  /[\u0300-\u036f]|[\u0591-\u05bd]|[\u05bf\u05c1\u05c2]|[\u064b-\u0652]|\u0670|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]/g
const invisible = /\u00ad|[\u200b\u200c]|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/g
/** Normalising sorts each run of marks, at a cost that grows with the square of its length. */
const markFlood = /(\p{M}{8})\p{M}+/gu
const single: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ß: 'ss',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
  ς: 'σ',
}
const singles = /[æœøßđðłıþς]/g
const nordic: Readonly<Record<string, string>> = { å: 'a', ä: 'a', ö: 'o' }

const plain = (run: string): string =>
  run
    .normalize('NFD')
    .replace(accents, '')
    .replace(singles, (letter) => single[letter] ?? letter)
    .normalize('NFKC')

/** Folds all but å, ä and ö, which are letters of their own to a Swedish stemmer. */
export function foldKeepingSwedish(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  const composed = text.replace(invisible, '').replace(markFlood, '$1').normalize('NFKC').toLowerCase().normalize('NFC')
  return composed.replace(/[^\x20-\x7eåäö\s]+/g, plain)
}

/**
 * Makes the form under which texts are compared: NFKC, lower case, without accents (`Malmö` and `MALMO` are one).
 * Linear in the length of the text; of a run of combining marks only the first eight count.
 */
export const fold = (text: string): string =>
  foldKeepingSwedish(text).replace(/[åäö]/g, (letter) => nordic[letter] ?? '')
