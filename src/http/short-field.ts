const maxChars = 200

/** A field's path as an error shows it: names are the sender's, and may be as long as the body. */
export const shortField = (path: string): string =>
  (path.length > maxChars ? `${path.slice(0, maxChars - 1)}…` : path).toWellFormed()
