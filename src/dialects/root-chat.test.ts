import { describe, expect, it } from 'vitest'
import { isServed, tellRootDialect } from './root-chat.ts'

const asked = (body: Record<string, unknown>, more: { accept?: string; hasApiKey?: boolean } = {}) => ({
  body,
  accept: more.accept ?? null,
  hasApiKey: more.hasApiKey ?? false,
})

describe('whose POST /chat it is', () => {
  it.each([
    ['a user_id is Lumia', asked({ message: 'hi', user_id: 'ada' }), 'lumia'],
    ['a user_id stands before a text', asked({ text: 'hi', user_id: 'ada' }), 'lumia'],
    ['a text is ASTRA', asked({ text: 'hi' }), 'astra'],
    ['a text stands before a key', asked({ text: 'hi' }, { hasApiKey: true }), 'astra'],
    ['stream is ORBIT', asked({ message: 'hi', stream: true }), 'orbit'],
    ['stream: false is ORBIT', asked({ message: 'hi', stream: false }), 'orbit'],
    ['an Accept of an event stream is ORBIT', asked({ message: 'hi' }, { accept: 'text/event-stream' }), 'orbit'],
    ['an X-API-Key is ORBIT', asked({ message: 'hi' }, { hasApiKey: true }), 'orbit'],
    ['a message alone is ASTRA', asked({ message: 'hi' }), 'astra'],
  ] as const)('C-1: %s', (_row, request, dialect) => {
    expect(tellRootDialect(request)).toBe(dialect)
  })

  it('C-1: serves ASTRA, and of ORBIT the plain answer', () => {
    expect(isServed('astra', { body: {} })).toBe(true)
    expect(isServed('orbit', { body: { stream: false } })).toBe(true)
    expect(isServed('orbit', { body: { stream: true } })).toBe(false)
    expect(isServed('lumia', { body: {} })).toBe(false)
  })
})
