import { parseEnv } from 'node:util'

/** One name of a `.env` file and the line that gives it its value. */
export type EnvLine = { readonly name: string; readonly text: string; readonly line: number }

const assignment = (line: string) => /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(["'`])?/.exec(line)

/**
 * Reads a `.env` file as Node does, and finds out which line each value comes from.
 * @NOTE Node's format takes the last of two equal names, cuts an unquoted value at `#`, reads `\n` as a line break in
 * double quotes only, replaces no `${NAME}`, skips lines without `=`, and lets a quote that is never closed swallow
 * everything after it.
 * @returns the values, and the lines at which an unclosed quote opens
 * @see https://nodejs.org/docs/latest-v24.x/api/environment_variables.html#env-files
 */
export function readDotenv(source: string): {
  readonly lines: readonly EnvLine[]
  readonly unclosed: readonly number[]
} {
  const bare = source.replace(/^\uFEFF/, '')
  const places = new Map<string, { line: number; quote: string | undefined }>()
  for (const [index, line] of bare.split(/\r?\n/).entries()) {
    const [, name, quote] = assignment(line) ?? []
    if (name !== undefined) places.set(name, { line: index + 1, quote })
  }
  const lines: EnvLine[] = []
  const unclosed: number[] = []
  for (const [name, text] of Object.entries(parseEnv(bare))) {
    const { line, quote } = places.get(name) ?? { line: 0, quote: undefined }
    // Node takes the quotes off a value that is closed; one that still begins with its quote was not.
    if (text !== undefined && quote !== undefined && text.startsWith(quote)) unclosed.push(line)
    else lines.push({ name, text: text ?? '', line })
  }
  return { lines, unclosed }
}
