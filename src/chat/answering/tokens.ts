const perMessage = 4

/**
 * Estimates how many tokens a text takes, for models whose tokenizer is not at hand. Latin script takes about one token
 * for every 3.5 characters in the vocabularies in use, other scripts about one a character; the estimate errs on the
 * high side, so that a window that is said to hold a prompt does hold it.
 */
export function estimateTokens(text: string): number {
  let wide = 0
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x24f) wide += 1
  return Math.ceil((text.length - wide) / 3.5) + wide + perMessage
}
