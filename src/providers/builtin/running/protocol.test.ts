import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseFromWorker, parseToWorker } from './protocol.ts'

test('messages of the protocol pass, without what does not belong to them', () => {
  const done = { type: 'done', id: 3, reason: 'length', inputTokens: 5, outputTokens: 7 }
  expect(parseFromWorker({ ...done, more: 1 })).toEqual(done)
  expect(parseFromWorker({ type: 'token', id: 1, text: '' })).toEqual({ type: 'token', id: 1, text: '' })
  expect(parseToWorker({ type: 'abort', id: 2 })).toEqual({ type: 'abort', id: 2 })
})

test.each([
  [{ type: 'token', id: -1, text: 'x' }],
  [{ type: 'token', text: 'x' }],
  [{ type: 'done', id: 1, reason: 'odd', inputTokens: 1, outputTokens: 1 }],
  [{ type: 'done', id: 1, reason: 'stop', inputTokens: 1.5, outputTokens: 1 }],
  [{ type: 'error', id: 1, code: 'no-such-code', detail: '' }],
  [{ type: 'error', id: 1, code: 'toString', detail: '' }],
])('%j is refused', (message) => {
  expect(() => parseFromWorker(message)).toThrow()
})

test('a prompt survives the way to the worker unchanged', () => {
  const role = fc.constantFrom('system' as const, 'user' as const, 'assistant' as const)
  const messages = fc.array(fc.record({ role, text: fc.string({ unit: 'binary' }) }))
  fc.assert(
    fc.property(messages, (given) => {
      const message = { type: 'generate', id: 1, messages: given, contextTokens: 10, stop: [] } as const
      expect(parseToWorker(JSON.parse(JSON.stringify(message)))).toEqual(message)
    }),
  )
})
