import type { MessageKey } from './en.ts'
import { chooseLanguage, type Language, translate, translateCount, type Values } from './translate.ts'

const storageKey = 'hearth.language'

const readChoice = (): Language => {
  const stored = localStorage.getItem(storageKey)
  return chooseLanguage(stored === null ? navigator.languages : [stored])
}

const first = readChoice()
let current = $state<Language>(first)
document.documentElement.lang = first

/** The reader's language; everything written with `t` follows it. */
export const language = {
  get current(): Language {
    return current
  },
  choose(next: Language): void {
    current = next
    localStorage.setItem(storageKey, next)
    document.documentElement.lang = next
  },
}

/** The sentence for a key in the reader's language. */
export const t = (key: MessageKey, values?: Values): string => translate(current, key, values)

/** The sentence for a number of things in the reader's language. */
export const tCount = (key: Parameters<typeof translateCount>[1], count: number): string =>
  translateCount(current, key, count)

/** The reader's own region where it speaks the chosen language: its clocks and calendars differ. */
const region = (): string => navigator.languages.find((tag) => tag.startsWith(current)) ?? current

/** An instant as a day, with the year when it is not this one; today as a time of day. */
export const formatDay = (iso: string): string => {
  const at = new Date(iso)
  const now = new Date()
  if (at.toDateString() === now.toDateString()) return formatInstant(iso)
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat(region(), { day: 'numeric', month: 'short', ...year }).format(at)
}

/** An instant as a time of day, with the date when it is not today. */
export const formatInstant = (iso: string): string => {
  const at = new Date(iso)
  const today = at.toDateString() === new Date().toDateString()
  return new Intl.DateTimeFormat(
    region(),
    today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
  ).format(at)
}
