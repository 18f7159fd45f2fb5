import { parseEnv } from 'node:util'

/** One name of a `.env` file and the line that gives it its value. */
export type EnvLine = { readonly name: string; readonly text: string; readonly line: number }

const assignment = (line: string) => /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(["'`])?/.exec(line)

type Place = { readonly line: number; readonly quote: string | undefined }

/** The last line that seems to give each name its value. */
function placesOf(source: string): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  for (const [index, line] of source.split(/\r?\n/).entries()) {
    const [, name, quote] = assignment(line) ?? []
    if (name !== undefined) places.set(name, { line: index + 1, quote })
  }
  return places
}

/** Finds what a quote in the wrong place does: Node keeps it in the value, or takes in the lines up to the next one. */
function faultIn(text: string, { quote }: Place, isKnown: (name: string) => boolean): string | undefined {
  if (quote === undefined) return undefined
  if (text.startsWith(quote)) return 'the quote that opens here is never closed. Close it.'
  const swallowed = text
    .split('\n')
    .slice(1)
    .map((line) => assignment(line)?.[1])
    .find((name) => name !== undefined && isKnown(name))
  return swallowed && `the quote that opens here is closed only after ${swallowed}, which it takes in. Close it before.`
}

/**
 * Reads a `.env` file as Node does, and finds out which line each value comes from.
 * @NOTE Node's format takes the last of two equal names, cuts an unquoted value at `#`, reads `\n` as a line break in
 * double quotes only, replaces no `${NAME}`, skips lines without `=`, and lets a quoted value go on to the next quote
 * of its kind, lines later.
 * @param isKnown - tells which names within a quoted value mean that its quote was forgotten
 * @see https://nodejs.org/docs/latest-v24.x/api/environment_variables.html
 */
export function readDotenv(source: string, isKnown: (name: string) => boolean) {
  const bare = source.replace(/^\uFEFF/, '')
  const places = placesOf(bare)
  const lines: EnvLine[] = []
  const faults: { readonly line: number; readonly message: string }[] = []
  for (const [name, text = ''] of Object.entries(parseEnv(bare))) {
    const place = places.get(name) ?? { line: 0, quote: undefined }
    const message = faultIn(text, place, isKnown)
    if (message === undefined) lines.push({ name, text, line: place.line })
    else faults.push({ line: place.line, message })
  }
  return { lines, faults }
}
