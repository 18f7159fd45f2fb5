import { describe, expect, it } from 'vitest'
import type { ProviderStatus } from './offer.ts'
import { createResolve } from './resolve.ts'

const world = (statuses: ProviderStatus[], models: string[] = []) =>
  createResolve({
    list: () => ({
      items: models.map((id) => ({ id, provider: 'ollama', name: id, quality: 'full' as const })),
      defaultModel: undefined,
      providers: statuses,
    }),
    resolve: () => undefined,
  })

describe('who answers', () => {
  const off = { name: 'ollama', status: 'off', detail: 'not found' } as const
  const down = { name: 'ollama', status: 'down', detail: 'Start it with ollama serve.' } as const

  it('is nobody on a machine without a model, whatever name a client sends', () => {
    expect(world([off])(undefined)).toBeUndefined()
    expect(world([off])('gpt-4')).toBeUndefined()
  })

  it('LLAMA-30: is a failure that says what to do when a provider that was set up is down', () => {
    expect(() => world([down])(undefined)).toThrow(/ollama serve/)
    expect(() => world([down])('ollama/llama3.2')).toThrow(/provider-unreachable/)
  })

  it('is nobody when the built-in model could not be fetched', () => {
    expect(world([off, { name: 'builtin', status: 'down', detail: 'no network' }])(undefined)).toBeUndefined()
  })

  it('is nobody when quoting is asked for by name', () => {
    expect(world([down])('hearth/extractive')).toBeUndefined()
  })
})
