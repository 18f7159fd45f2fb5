import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProblemError } from '../core/index.ts'
import { parseJson } from './parse-json.ts'

const depthOf = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

const sizeOf = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0
  const members = Object.values(value)
  return Math.max(1, members.length) + members.reduce((sum: number, member) => sum + sizeOf(member), 0)
}

const limits = { maxJsonDepth: 64, maxJsonValues: 100_000 }

describe('parseJson', () => {
  it('gives what JSON.parse gives for every well formed text within the depth', () => {
    const keyless = fc
      .jsonValue({ maxDepth: 6 })
      .filter((value) => !/__proto__|\\u0000|\\ud/i.test(JSON.stringify(value)))
    const check = (value: unknown) => {
      const text = JSON.stringify(value)
      expect(parseJson(Buffer.from(text), limits)).toEqual(JSON.parse(text))
    }
    fc.assert(fc.property(keyless, check), { numRuns: 500 })
  })

  it('refuses exactly what is nested deeper than the limit', () => {
    const check = (value: unknown, limit: number) => {
      const parse = () => parseJson(Buffer.from(JSON.stringify(value)), { ...limits, maxJsonDepth: limit })
      if (depthOf(value) > limit) expect(parse).toThrow('body-too-deep')
      else expect(parse).not.toThrow('body-too-deep')
    }
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 8 }), fc.integer({ min: 1, max: 6 }), check), { numRuns: 500 })
  })

  it('refuses exactly what holds more values than the limit', () => {
    const check = (value: unknown, maxJsonValues: number) => {
      const parse = () => parseJson(Buffer.from(JSON.stringify(value)), { ...limits, maxJsonValues })
      if (sizeOf(value) > maxJsonValues) expect(parse).toThrow('body-too-large')
      else expect(parse).not.toThrow('body-too-large')
    }
    fc.assert(fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 12 }), check), { numRuns: 500 })
  })

  it('refuses every text that is not UTF-8', () => {
    const check = (bytes: Uint8Array) => {
      const whole = Buffer.concat([Buffer.from('"'), bytes, Buffer.from([0xff]), Buffer.from('"')])
      expect(() => parseJson(whole, limits)).toThrow('invalid-encoding')
    }
    fc.assert(fc.property(fc.uint8Array(), check))
  })

  it('is not deceived by brackets and escaped quotes in texts, nor by a text that never ends', () => {
    const flat = { ...limits, maxJsonDepth: 1 }
    expect(parseJson(Buffer.from('["[[[[", "\\"[[[", "\\\\"]'), flat)).toEqual(['[[[[', '"[[[', '\\'])
    expect(() => parseJson(Buffer.from('"[[[['), flat)).toThrow('invalid-json')
    expect(() => parseJson(Buffer.from('"\\'), flat)).toThrow('invalid-json')
  })

  it('names the place of a text that no database keeps', () => {
    const parse = () => parseJson(Buffer.from('{"a":[{"b":"x\\u0000"}],"\\udc00":1}'), limits)
    const fields = [
      { field: 'a.0.b', message: 'holds a NUL character' },
      { field: '\ufffd', message: 'holds half of a surrogate pair' },
    ]
    expect(parse).toThrow(expect.objectContaining({ code: 'invalid-request', errors: fields }))
  })

  it('names twenty faults at most, each by a short path, however many and long the sender made them', () => {
    const many = `{"${'k'.repeat(30_000)}":[${Array(50_000).fill('"\\u0000"').join(',')}]}`
    let thrown: unknown
    try {
      parseJson(Buffer.from(many), limits)
    } catch (error) {
      thrown = error
    }
    const { errors = [] } = thrown as ProblemError
    expect(errors).toHaveLength(20)
    expect(JSON.stringify(errors).length).toBeLessThan(10_000)
  })

  it('keeps escaped surrogate pairs', () => {
    expect(parseJson(Buffer.from('"\\ud83e\\udd8a"'), limits)).toBe('🦊')
  })
})
