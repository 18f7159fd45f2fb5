/** Marks of markdown that are noise when read aloud; the words stay. */
const spoken = (text: string): string =>
  text
    .replace(/```[^\n]*\n?/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`#>|~]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()

/**
 * Takes the sentences that have been finished since the last look, for readers who listen. The last sentence counts
 * only when `final`, for until then it may grow.
 * @param from - UTF-16 offset that the last call returned as `next`; 0 at first
 */
export const takeSentences = (
  text: string,
  from: number,
  { language, final }: { readonly language: string; readonly final: boolean },
): { readonly said: string; readonly next: number } => {
  const fresh = text.slice(from)
  const parts = [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(fresh)]
  if (!final) parts.pop()
  const taken = parts.map((part) => part.segment).join('')
  return { said: spoken(taken), next: from + taken.length }
}
