/** How long to wait before the given attempt (from 0), in milliseconds: doubling up to 10 s, spread by a quarter. */
export const retryDelayMs = (attempt: number, random: () => number = Math.random): number =>
  Math.min(10_000, 400 * 2 ** attempt) * (0.75 + random() * 0.5)

/** Waits, but no longer than until the browser is online again, someone asks to hurry, or the signal aborts. */
export const waitOrWake = (delayMs: number, signal: AbortSignal, wake: EventTarget): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      wake.removeEventListener('wake', done)
      resolve()
    }
    const timer = setTimeout(done, delayMs)
    signal.addEventListener('abort', done, { once: true })
    wake.addEventListener('wake', done, { once: true })
    if (signal.aborted) done()
  })
