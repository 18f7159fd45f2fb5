import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPiece, lineSchema } from './ollama/wire.ts'
import { chunkSchema, isChunk } from './openai/wire.ts'

const scalar = fc.constantFrom<unknown>(
  undefined,
  null,
  '',
  'a',
  'error',
  0,
  3,
  -1,
  1.5,
  2 ** 53,
  Infinity,
  true,
  false,
)
const anyOf = (keys: readonly string[], value: fc.Arbitrary<unknown>) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] })
const oneOf = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: usual }, scalar, fc.constant([]), fc.constant({}))

const text = oneOf(fc.constantFrom('text', '', null, undefined))
const count = fc.constantFrom<unknown>(0, 7, 2 ** 53 - 1, undefined, null, -1, 1.5, 2 ** 53, '7')
const delta = oneOf(anyOf(['content', 'refusal', 'reasoning_content', 'reasoning'], text))
const choice = fc.record({ index: count, delta, finish_reason: text, message: text }, { requiredKeys: [] })
const chunk = fc.record(
  {
    object: text,
    choices: oneOf(fc.array(oneOf(choice), { maxLength: 2 })),
    usage: oneOf(anyOf(['prompt_tokens', 'completion_tokens'], count)),
    timings: oneOf(anyOf(['cache_n', 'prompt_n', 'predicted_n'], count)),
  },
  { requiredKeys: [] },
)
const line = fc.record(
  { done: oneOf(fc.boolean()), error: text, message: oneOf(anyOf(['content', 'thinking'], text)) },
  { requiredKeys: [] },
)

describe('the narrow checks', () => {
  it('take the chunks that the schema of chat completions takes, and no others', () => {
    const same = (value: unknown) => {
      expect(isChunk(value)).toBe(chunkSchema.safeParse(value).success)
    }
    fc.assert(fc.property(oneOf(chunk), same), { numRuns: 2_000 })
  })

  it('take the lines that the schema of Ollama takes for a piece, and no others', () => {
    const isOne = (value: unknown) => {
      const { data } = lineSchema.safeParse(value)
      return data !== undefined && !('error' in data) && data.done === false
    }
    const same = (value: unknown) => {
      expect(isPiece(value)).toBe(isOne(value))
    }
    fc.assert(fc.property(oneOf(line), same), { numRuns: 2_000 })
  })
})
