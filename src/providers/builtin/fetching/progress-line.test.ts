import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMeter } from './download-meter.ts'
import { formatProgress, shareOf } from './progress-line.ts'

describe('C-11: the line of progress', () => {
  test('tells share, size, speed and time left', () => {
    const progress = { receivedBytes: 131_000_000, totalBytes: 323_000_000, bytesPerSecond: 12_000_000 }
    expect(formatProgress(progress)).toBe('Fetching the built-in model 40 % · 131 of 323 MB · 12 MB/s · 16 s left')
  })

  test('leaves out speed and time while they are not known', () => {
    expect(formatProgress({ receivedBytes: 0, totalBytes: 323_000_000 })).toBe(
      'Fetching the built-in model 0 % · 0 of 323 MB',
    )
    expect(formatProgress({ receivedBytes: 1, totalBytes: 10, bytesPerSecond: 0 })).not.toContain('left')
  })

  test('speaks of minutes and hours when it takes long', () => {
    const at = (bytesPerSecond: number) => formatProgress({ receivedBytes: 0, totalBytes: 300_000_000, bytesPerSecond })
    expect(at(1_000_000)).toMatch(/1\.0 MB\/s · 5 min left$/)
    expect(at(20_000)).toMatch(/4 h left$/)
  })

  test('never claims to be done, whatever arrives', () => {
    const bytes = fc.integer({ min: 0, max: 2 ** 40 })
    fc.assert(
      fc.property(bytes, bytes, bytes, (receivedBytes, totalBytes, bytesPerSecond) => {
        const progress = { receivedBytes, totalBytes, bytesPerSecond }
        expect(shareOf(progress)).toBeGreaterThanOrEqual(0)
        expect(shareOf(progress)).toBeLessThan(1)
        expect(formatProgress(progress)).not.toMatch(/100 %|NaN|Infinity|-\d/)
      }),
    )
  })
})

describe('the speed', () => {
  test('is that of the last five seconds', () => {
    let atMs = 0
    const clock = { now: () => new Date(0), monotonicMs: () => atMs }
    const measure = createMeter({ clock }, { totalBytes: 100 })
    const at = (ms: number, bytes: number) => {
      atMs = ms
      return measure(bytes).bytesPerSecond
    }
    expect(at(0, 50)).toBeUndefined()
    expect(at(1000, 60)).toBe(10)
    expect(at(4000, 90)).toBe(10)
    expect(at(9000, 90)).toBe(0)
  })
})
