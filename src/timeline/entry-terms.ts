import { type Term, terms } from '../language/index.ts'
import type { NewEntry } from './entry.ts'

type Indexed = Pick<NewEntry, 'text' | 'at' | 'role' | 'source' | 'channel'>

const monthNames = ['en', 'sv'].map((locale) => new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' }))

/** Who speaks: an event or a tool by its source. Of a chat turn the source is a client's name, which all turns share. */
const speakerOf = ({ role, source, channel }: Indexed): string =>
  role === 'user' || role === 'assistant' ? '' : `${source} ${channel}`

const heads = new Map<string, readonly Term[]>()
const maxHeads = 1000

function readHead(entry: Indexed, speaker: string): readonly Term[] {
  const day = entry.at.toISOString().slice(0, 10)
  const months = monthNames.map((format) => format.format(entry.at))
  return terms(`${day} ${entry.at.getUTCDate()} ${months.join(' ')} ${speaker}`)
}

/** Heads are few, as entries of one day share theirs, and reading one costs more than reading a short text. */
function headOf(entry: Indexed): readonly Term[] {
  const speaker = speakerOf(entry)
  const key = `${Math.floor(entry.at.getTime() / 86_400_000)} ${speaker}`
  const known = heads.get(key)
  if (known) return known
  const made = readHead(entry, speaker)
  if (heads.size >= maxHeads) heads.clear()
  heads.set(key, made)
  return made
}

/** The words an entry is found by: those of its text, and its head, which names the speaker and the day (UTC). */
export type EntryTerms = { readonly head: readonly Term[]; readonly text: readonly Term[] }

export const termsOf = (entry: Indexed): EntryTerms => ({ head: headOf(entry), text: terms(entry.text) })

/** What the full-text index is given for an entry. */
export const stemsOf = (entry: Indexed): string[] => {
  const { head, text } = termsOf(entry)
  return [...head, ...text].flatMap((term) => term.stems)
}
