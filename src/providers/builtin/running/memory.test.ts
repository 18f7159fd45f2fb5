import { expect, test } from 'vitest'
import { tinyLlama } from '../catalog.ts'
import { chooseContextTokens } from './memory.ts'

test('the window is the model’s own where there is memory, smaller where there is little, never useless', () => {
  expect(chooseContextTokens(tinyLlama, 8e9)).toBe(2048)
  expect(chooseContextTokens(tinyLlama, 520e6)).toBeGreaterThan(512)
  expect(chooseContextTokens(tinyLlama, 520e6)).toBeLessThan(2048)
  expect(chooseContextTokens(tinyLlama, 0)).toBe(512)
})
