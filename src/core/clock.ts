/** Tells the time. `now` is the wall clock in UTC; `monotonicMs` never jumps and is what time-outs are measured with. */
export type Clock = {
  readonly now: () => Date
  readonly monotonicMs: () => number
}

export const systemClock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() }
