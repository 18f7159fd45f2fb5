import { en, type MessageKey } from './en.ts'
import { sv } from './sv.ts'

export type Language = 'en' | 'sv'
export type Values = Readonly<Record<string, string | number>>
type PluralKey = MessageKey extends infer Key ? (Key extends `${infer Stem}.one` ? Stem : never) : never

export const languages: readonly Language[] = ['sv', 'en']
const texts: Record<Language, Record<MessageKey, string>> = { en, sv }

/** The first of the reader's languages that we speak; English when there is none. */
export const chooseLanguage = (wanted: readonly string[]): Language =>
  wanted.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag === 'sv' || tag === 'en') ?? 'en'

/** The sentence for a key, with its values put in; numbers are written as the language writes them. */
export const translate = (language: Language, key: MessageKey, values: Values = {}): string =>
  texts[language][key].replace(/\{(\w+)\}/g, (mark, name: string) => {
    const value = values[name]
    if (value === undefined) return mark
    return typeof value === 'number' ? value.toLocaleString(language) : value
  })

/** The sentence for a number of things: chooses between `.one` and `.other` as the language does. */
export const translateCount = (language: Language, key: PluralKey, count: number): string => {
  const form = new Intl.PluralRules(language).select(count) === 'one' ? 'one' : 'other'
  return translate(language, `${key}.${form}` as MessageKey, { count })
}
