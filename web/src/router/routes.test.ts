import { expect, it } from 'vitest'
import { formatPlace, type Place, parsePlace } from './routes.ts'

const places: Place[] = [
  { name: 'new' },
  { name: 'conversation', conversationId: 'a b/c', messageId: undefined },
  { name: 'conversation', conversationId: '0190', messageId: 'x&y' },
  { name: 'login' },
  { name: 'setup', token: undefined },
  { name: 'setup', token: 'a+b=' },
]

it('reads every address that it writes, under any base', () => {
  for (const base of ['/app/', '/some/folder/app/']) {
    for (const place of places) {
      expect(parsePlace(base, new URL(formatPlace(base, place), 'http://host'))).toEqual(place)
    }
  }
})

it('takes an unknown address as the start', () => {
  expect(parsePlace('/app/', new URL('http://host/app/elsewhere'))).toEqual({ name: 'new' })
  expect(parsePlace('/app/', new URL('http://host/app'))).toEqual({ name: 'new' })
})
