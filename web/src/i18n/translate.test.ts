import { expect, it } from 'vitest'
import { en, type MessageKey } from './en.ts'
import { sv } from './sv.ts'
import { chooseLanguage, translate, translateCount } from './translate.ts'

const keys = Object.keys(en) as MessageKey[]
const marksOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

it('C-22: every sentence exists in both languages and holds the same values', () => {
  expect(Object.keys(sv).sort()).toEqual([...keys].sort())
  for (const key of keys) {
    expect(sv[key].trim(), key).not.toBe('')
    expect(marksOf(sv[key]), key).toEqual(marksOf(en[key]))
  }
})

it('C-22: Swedish is Swedish: hardly a sentence is the same in both', () => {
  const same = keys.filter((key) => sv[key] === en[key])
  expect(same).toEqual([])
})

it('takes the first language of the reader that it speaks', () => {
  expect(chooseLanguage(['sv-SE', 'en'])).toBe('sv')
  expect(chooseLanguage(['fi', 'en-GB', 'sv'])).toBe('en')
  expect(chooseLanguage(['de'])).toBe('en')
})

it('puts values in and writes numbers as the language does', () => {
  expect(translate('en', 'chat.version', { number: 2, count: 3 })).toBe('Version 2 of 3')
  expect(translate('sv', 'composer.tooLong', { over: 12_345 })).toMatch(/12\s345/)
  expect(translateCount('en', 'context.left', 1)).toBe('1 earlier message was not sent')
  expect(translateCount('sv', 'context.left', 12)).toBe('12 tidigare meddelanden skickades inte')
})
