const wordReach = 64

/**
 * The first part of a text, at most `maxLength` UTF-16 units of it: cut at white space where some is near, never
 * inside a character. A shorter text comes back as it is.
 */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const spare = /\s\S*$/.exec(text.slice(maxLength - wordReach, maxLength + 1))
  if (spare) return text.slice(0, maxLength - wordReach + spare.index)
  return text.slice(0, /[\ud800-\udbff]/.test(text[maxLength - 1] ?? '') ? maxLength - 1 : maxLength)
}
