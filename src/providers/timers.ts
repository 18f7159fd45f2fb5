/** Runs something later; the function it returns calls it off. Tests pass their own, to need no waiting. */
export type Timers = {
  readonly after: (delayMs: number, run: () => void) => () => void
  readonly alarm: (run: () => void) => Alarm
}

/** One timer that is set again and again, as once for every piece of an answer. */
export type Alarm = {
  /** Counts from now on, whatever was left. */
  readonly set: (delayMs: number) => void
  /** Holds its peace until it is set again. */
  readonly rest: () => void
  readonly end: () => void
}

/** Timers on the monotonic clock of the event loop that never keep the process alive. */
export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref()
    return () => clearTimeout(timer)
  },
  alarm: createAlarm,
}

function createAlarm(run: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined
  let lastDelayMs = 0
  let isSet = false
  const ring = () => {
    if (isSet) run()
  }
  const end = () => {
    isSet = false
    clearTimeout(timer)
    timer = undefined
  }
  const set = (delayMs: number) => {
    if (delayMs !== lastDelayMs) end()
    lastDelayMs = delayMs
    isSet = true
    timer = timer?.refresh() ?? setTimeout(ring, delayMs).unref()
  }
  const rest = () => {
    isSet = false
  }
  return { set, rest, end }
}
