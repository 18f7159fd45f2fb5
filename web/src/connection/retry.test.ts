import { expect, it } from 'vitest'
import { retryDelayMs, waitOrWake } from './retry.ts'

it('waits longer after each attempt, up to a limit, and never at the same beat as others', () => {
  const delays = [0, 1, 2, 3, 10].map((attempt) => retryDelayMs(attempt, () => 0.5))
  expect(delays).toEqual([400, 800, 1600, 3200, 10_000])
  expect(retryDelayMs(0, () => 0)).toBeLessThan(retryDelayMs(0, () => 1))
})

it('wakes up early when it is asked to, and when nobody waits any more', async () => {
  const wake = new EventTarget()
  const left = new AbortController()
  const waiting = Promise.all([waitOrWake(60_000, new AbortController().signal, wake)])
  wake.dispatchEvent(new Event('wake'))
  await waiting
  const leaving = waitOrWake(60_000, left.signal, wake)
  left.abort()
  await leaving
  await waitOrWake(60_000, left.signal, wake)
})
