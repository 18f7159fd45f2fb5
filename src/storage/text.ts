/**
 * What both databases can hold of a text: U+0000, which PostgreSQL refuses, and lone surrogates, which are not Unicode,
 * become U+FFFD on both, so that a model's stray byte never costs an answer and both databases give back the same.
 */
export const storableText = (text: string): string => {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed
}

/** The parameters of a statement with every text made storable. */
export const storableParameters = (parameters: readonly unknown[]): unknown[] =>
  parameters.map((parameter) => (typeof parameter === 'string' ? storableText(parameter) : parameter))
