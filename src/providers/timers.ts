/** Runs something later; the function it returns calls it off. Tests pass their own, to need no waiting. */
export type Timers = { readonly after: (delayMs: number, run: () => void) => () => void }

/** Timers on the monotonic clock of the event loop that never keep the process alive. */
export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref()
    return () => clearTimeout(timer)
  },
}
