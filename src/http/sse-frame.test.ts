import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from './route.ts'
import { formatEvent } from './sse-frame.ts'

type Read = { id: string; event: string; data: string }

/** Name and value of one line, as the standard splits it. */
function readField(line: string): [string, string] {
  const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
  return [name, value]
}

/** Reads a stream as the standard says, or with other ideas of where a line ends; written apart from what it tests. */
function readEvents(stream: string, lineEnd: RegExp): Read[] {
  const lines = stream.split(lineEnd)
  const ends = lines.flatMap((line, at) => (line === '' ? [at] : []))
  const blocks = ends.map((end, at) => lines.slice((ends[at - 1] ?? -1) + 1, end).map(readField))
  const lastOf = (block: [string, string][], wanted: string) => block.findLast(([name]) => name === wanted)?.[1] ?? ''
  return blocks.flatMap((block) => {
    const texts = block.flatMap(([name, value]) => (name === 'data' ? [value] : []))
    if (texts.length === 0) return []
    return [{ id: lastOf(block, 'id'), event: lastOf(block, 'event'), data: texts.join('\n') }]
  })
}

const standard = /\r\n|\r|\n/
// biome-ignore lint/suspicious/noControlCharactersInRegex: what some readers take for line ends
const generous = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/

const nasty = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '\0',
  '\u2028',
  '\u2029',
  '\x85',
  '\v',
  '\x1e',
  ':',
  ' ',
  'data: x',
  '\n\nevent: forged\ndata: 1\n\n',
  'å',
  '🦊',
)
const text = fc.array(fc.oneof(nasty, fc.string({ unit: 'binary' }))).map((parts) => parts.join(''))
const name = fc.string({ unit: fc.constantFrom(...'abc-_.:0189'), minLength: 1 })
const value = fc.oneof(
  text,
  fc.record({ text, deep: fc.array(text) }),
  fc.integer(),
  fc.constant(null),
  fc.dictionary(text, text),
)

const events: fc.Arbitrary<StreamEvent[]> = fc.array(
  fc.record({ id: fc.oneof(name, fc.nat()), event: name, data: value }),
  { minLength: 1, maxLength: 5 },
)

describe('an event stream', () => {
  it.each([
    ['the standard says', standard],
    ['readers do that know every line break', generous],
  ])('gives as many frames as it was given, read as %s', (_name, lineEnd) => {
    const check = (given: StreamEvent[]) => {
      const read = readEvents(given.map(formatEvent).join(''), lineEnd)
      expect(read.map(({ id, event }) => ({ id, event }))).toEqual(
        given.map(({ id, event }) => ({ id: String(id), event })),
      )
      for (const [at, { data }] of given.entries()) {
        const got = read[at]?.data
        if (typeof data === 'string') expect(got).toBe(data.split(generous).join('\n'))
        else expect(JSON.stringify(JSON.parse(got ?? ''))).toBe(JSON.stringify(data))
      }
    }
    fc.assert(fc.property(events, check), { numRuns: 5_000 })
  })

  it('takes ids and event names of visible ASCII only', () => {
    const bad = fc.string({ unit: 'binary' }).filter((candidate) => !/^[\x21-\x7e]+$/.test(candidate))
    const check = (given: string) => {
      expect(() => formatEvent({ id: given, data: 1 })).toThrow(TypeError)
      expect(() => formatEvent({ event: given, data: 1 })).toThrow(TypeError)
    }
    fc.assert(
      fc.property(
        fc.oneof(
          bad,
          nasty.filter((part) => part !== ':'),
        ),
        check,
      ),
    )
  })

  it('writes a text as it is, anything else as JSON in one line', () => {
    expect(formatEvent({ data: '[DONE]' })).toBe('data: [DONE]\n\n')
    expect(formatEvent({ id: 7, event: 'text-delta', data: { text: 'a\nb\u2028' } })).toBe(
      'id: 7\nevent: text-delta\ndata: {"text":"a\\nb\\u2028"}\n\n',
    )
    expect(formatEvent({ data: undefined })).toBe('data: null\n\n')
  })
})
