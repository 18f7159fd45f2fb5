import { expect, it } from 'vitest'
import type { Message } from '../api/index.ts'
import { joinNewest, placeMessage, versionOf } from './branch.ts'
import { applyEvent, type LiveAnswer, shownMessage } from './live-answer.ts'

const message = (id: string, parentMessageId: string | null, change: Partial<Message> = {}): Message =>
  ({ id, parentMessageId, text: id, citations: [], siblings: [id], status: 'complete', ...change }) as Message

const branch = [message('a', null), message('b', 'a'), message('c', 'b')]
const ids = (messages: readonly Message[] | undefined) => messages?.map((one) => one.id)

it('puts a message over its older self', () => {
  const placed = placeMessage(branch, message('b', 'a', { text: 'new' }))
  expect(ids(placed)).toEqual(['a', 'b', 'c'])
  expect(placed?.[1]?.text).toBe('new')
})

it('lets another version take the place of the shown one and of what followed it', () => {
  expect(ids(placeMessage(branch, message('b2', 'a')))).toEqual(['a', 'b2'])
  expect(ids(placeMessage(branch, message('a2', null)))).toEqual(['a2'])
})

it('says when the parent is not loaded', () => {
  expect(placeMessage(branch, message('z', 'y'))).toBeUndefined()
})

it('joins the newest page to what was loaded before it', () => {
  const { messages, joined } = joinNewest(branch, [message('b', 'a'), message('c', 'b'), message('d', 'c')])
  expect(ids(messages)).toEqual(['a', 'b', 'c', 'd'])
  expect(joined).toBe(true)
})

it('takes the page alone when it does not meet what was loaded', () => {
  const { messages, joined } = joinNewest(branch, [message('x', 'w')])
  expect(ids(messages)).toEqual(['x'])
  expect(joined).toBe(false)
})

it('counts versions from one and is silent about a single one', () => {
  expect(versionOf(message('b2', 'a', { siblings: ['b', 'b2', 'b3'] }))).toEqual({ number: 2, count: 3 })
  expect(versionOf(message('b', 'a'))).toBeUndefined()
})

it('never shows less of an answer than was stored, while it is read again from its start (complaint 17)', () => {
  const stored = message('b', 'a', { text: 'The first half', status: 'streaming' })
  let answer: LiveAnswer = { turnId: 't', message: { ...stored, text: '' } }
  const seen: string[] = []
  for (const text of ['The ', 'first half', ' and more']) {
    answer = applyEvent(answer, { type: 'text-delta', text })
    seen.push(shownMessage(answer, stored).text)
  }
  expect(seen).toEqual(['The first half', 'The first half', 'The first half and more'])
})

it('shows the final message as the server says, even if it is shorter', () => {
  const stored = message('b', 'a', { text: 'longer text', status: 'streaming' })
  const final = message('b', 'a', { text: 'long', status: 'stopped' })
  const answer = applyEvent(
    { turnId: 't', message: stored },
    { type: 'turn-end', status: 'stopped', finishReason: null, message: final },
  )
  expect(shownMessage(answer, stored)).toBe(final)
})
