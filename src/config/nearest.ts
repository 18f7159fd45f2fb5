/** Counts the letters to insert, drop, replace or swap with a neighbour to make one word of another. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const above = rows[i - 1] as number[]
      const best = Math.min((above[j] as number) + 1, (row[j - 1] as number) + 1, (above[j - 1] as number) + cost)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(swapped ? Math.min(best, ((rows[i - 2] as number[])[j - 2] as number) + 1) : best)
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] as number
}

const plain = (word: string) => word.toLowerCase().replace(/[_-]/g, '')

/** The word that was probably meant, if one is near enough; case, `_` and `-` do not count. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((candidate) => ({ candidate, steps: distance(plain(word), plain(candidate)) }))
    .sort((a, b) => a.steps - b.steps)
  const [best] = ranked
  return best !== undefined && best.steps <= Math.max(1, Math.floor(word.length / 4)) ? best.candidate : undefined
}
