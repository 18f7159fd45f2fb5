import { clip, type Term, terms } from '../language/index.ts'
import { placesBeyond } from './beyond.ts'
import { maxRead } from './corpus.ts'
import { answered, type Wanted } from './rank.ts'

/** A piece of a snippet; `match` marks what the query asked for. */
export type SnippetPart = { readonly text: string; readonly match: boolean }

type Match = { start: number; end: number; readonly words: readonly number[] }

const maxLength = 200
const slack = 24
const maxBeyond = 2000

const shift = (term: Term, by: number): Term =>
  by === 0 ? term : { ...term, start: term.start + by, end: term.end + by }

function matchesOf(text: string, offset: number, wanted: Wanted): Match[] {
  const found: Match[] = []
  for (const term of terms(text).map((each) => shift(each, offset))) {
    const words = answered(wanted, term)
    const last = found.at(-1)
    if (words.length === 0) continue
    if (last && term.start < last.end) last.end = Math.max(last.end, term.end)
    else found.push({ start: term.start, end: term.end, words })
  }
  return found
}

/** Looks in the first 10,000 UTF-16 units, and where none is there, around the first that is seen beyond them. */
function matchesIn(text: string, wanted: Wanted): Match[] {
  const head = clip(text, maxRead)
  const found = matchesOf(head, 0, wanted)
  if (found.length > 0 || head.length === text.length) return found
  const places = placesBeyond(text, head.length, wanted).filter((place) => place >= 0)
  if (places.length === 0) return []
  const start = Math.min(...places)
  return matchesOf(clip(text.slice(start, start + 2 * maxBeyond), maxBeyond), start, wanted)
}

/** The run of matches within the length that covers the heaviest words; the first of equals. */
function bestRun(matches: readonly Match[], weights: readonly number[]): readonly Match[] {
  let best: readonly Match[] = matches.slice(0, 1)
  let bestWeight = 0
  matches.forEach((first, from) => {
    const run: Match[] = []
    for (let at = from; at < matches.length && at < from + 40; at += 1) {
      const next = matches[at] as Match
      if (next.end - first.start > maxLength) break
      run.push(next)
    }
    const words = new Set(run.flatMap((match) => match.words))
    const weight = [...words].reduce((sum, word) => sum + (weights[word] ?? 0), 0) + run.length / 1000
    if (weight <= bestWeight) return
    best = run
    bestWeight = weight
  })
  return best
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** Moves a cut to white space within a few characters, else off the middle of a surrogate pair. */
function cutBefore(text: string, at: number, limit: number): number {
  if (at <= 0) return 0
  const space = text.slice(at, Math.min(limit, at + slack)).search(/\s/)
  if (space >= 0) return at + space + 1
  return isLow(text.charCodeAt(at)) ? at + 1 : at
}

function cutAfter(text: string, at: number, limit: number): number {
  if (at >= text.length) return text.length
  for (let end = at; end > Math.max(limit, at - slack); end -= 1) if (/\s/.test(text[end] ?? '')) return end
  return isLow(text.charCodeAt(at)) ? at - 1 : at
}

function windowOf(text: string, run: readonly Match[]): { start: number; end: number } {
  const first = run[0]
  const last = run.at(-1)
  if (!first || !last) return { start: 0, end: cutAfter(text, maxLength, 0) }
  const room = Math.max(0, maxLength - (last.end - first.start))
  const wish = Math.max(0, Math.min(first.start - Math.floor(room / 2), text.length - maxLength))
  const start = cutBefore(text, wish, first.start)
  const end = cutAfter(
    text,
    Math.max(Math.min(start + maxLength, text.length), Math.min(last.end, start + maxLength)),
    last.end,
  )
  return { start, end }
}

/**
 * The passage of a text, about 200 UTF-16 units long and cut at word borders, that holds most of what is wanted. An
 * ellipsis stands where something was left out.
 * @param weights - the worth of each word of the query
 */
export function snippetOf(text: string, wanted: Wanted, weights: readonly number[]): SnippetPart[] {
  const matches = matchesIn(text, wanted)
  const { start, end } = windowOf(text, bestRun(matches, weights))
  const parts: SnippetPart[] = []
  const push = (piece: string, match: boolean) => {
    if (piece !== '') parts.push({ text: piece, match })
  }
  let at = start
  if (start > 0) push('…', false)
  for (const match of matches) {
    if (match.end <= start || match.start >= end) continue
    const from = Math.max(at, match.start)
    push(text.slice(at, from), false)
    at = Math.min(end, match.end)
    push(text.slice(from, at), true)
  }
  push(text.slice(at, end), false)
  if (end < text.length) push('…', false)
  return parts
}
