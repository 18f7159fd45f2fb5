import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

const maxStretchMs = 10

/**
 * Makes a function to await between pieces of work: it lets others run once ten milliseconds have gone by.
 * @param now - a clock in milliseconds
 */
export function createPause(now: () => number = () => performance.now()): () => Promise<void> {
  let since = now()
  return async () => {
    if (now() - since < maxStretchMs) return
    await setImmediate()
    since = now()
  }
}
