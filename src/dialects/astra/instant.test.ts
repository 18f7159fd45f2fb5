import { describe, expect, it } from 'vitest'
import { parseInstant } from './instant.ts'

describe('an instant of ASTRA', () => {
  it.each([
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T10:00', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21 10:00:05', '2026-11-21T10:00:05.000Z'],
    ['2026-11-21T10:00:05.123456', '2026-11-21T10:00:05.123Z'],
    ['2026-11-21T10:00:05.123Z', '2026-11-21T10:00:05.123Z'],
    ['2026-11-21T10:00:05+02:00', '2026-11-21T08:00:05.000Z'],
    ['2026-11-21T10:00:05 02:00', '2026-11-21T08:00:05.000Z'],
    ['2026-11-21T10:00:05-0530', '2026-11-21T15:30:05.000Z'],
  ])('ASTRA-6, ASTRA-7: reads %s, in UTC where it names no zone', (text, instant) => {
    expect(parseInstant(text)?.toISOString()).toBe(instant)
  })

  it.each(['', 'yesterday', '2026-13-01', '2026-11-21T25:00', '1700000000', '21.11.2026', '2026-11-21T10'])(
    'ASTRA-6: does not take %s for one',
    (text) => {
      expect(parseInstant(text)).toBeUndefined()
    },
  )
})
