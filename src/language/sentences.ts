/** A sentence and where it stands: UTF-16 offsets, end exclusive, white space around it left out. */
export type Sentence = { readonly start: number; readonly end: number; readonly text: string }

const segmenter = new Intl.Segmenter('und', { granularity: 'sentence' })
const abbreviation =
  /(?:^|[\s(])(?:t\.ex|bl\.a|d\.v\.s|o\.s\.v|dvs|osv|ca|kl|nr|st|mr|mrs|ms|dr|prof|e\.g|i\.e|vs|etc|approx|no|\p{L})\.$/iu
const maxJoined = 2000

function trimmed(text: string, start: number, end: number): Sentence | undefined {
  const raw = text.slice(start, end)
  const body = raw.trim()
  if (body === '') return undefined
  const from = start + raw.indexOf(body)
  return { start: from, end: from + body.length, text: body }
}

function inLine(text: string, start: number, end: number): Sentence[] {
  const found: Sentence[] = []
  let from = start
  for (const { index, segment } of segmenter.segment(text.slice(start, end))) {
    const to = start + index + segment.length
    const tail = text.slice(Math.max(from, to - 12), to).trimEnd()
    if (to < end && to - from < maxJoined && abbreviation.test(tail)) continue
    const sentence = trimmed(text, from, to)
    if (sentence) found.push(sentence)
    from = to
  }
  const rest = from < end ? trimmed(text, from, end) : undefined
  return rest ? [...found, rest] : found
}

/**
 * Cuts a text into sentences; a line break always ends one, a common Swedish or English abbreviation does not.
 * `text.slice(start, end)` of each is its own text.
 * @see https://www.unicode.org/reports/tr29/#Sentence_Boundaries
 */
export function sentences(text: string): Sentence[] {
  const found: Sentence[] = []
  for (const line of text.matchAll(/[^\r\n\u2028\u2029]+/g)) {
    for (const sentence of inLine(text, line.index, line.index + line[0].length)) found.push(sentence)
  }
  return found
}
