import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemTimers } from './timers.ts'

describe('an alarm', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const start = () => {
    const rung: number[] = []
    const startedAtMs = Date.now()
    return { rung, alarm: systemTimers.alarm(() => rung.push(Date.now() - startedAtMs)) }
  }

  it('counts from when it was last set, for as long as it was last set', () => {
    const { rung, alarm } = start()
    alarm.set(100)
    vi.advanceTimersByTime(60)
    alarm.set(100)
    vi.advanceTimersByTime(60)
    alarm.set(50)
    vi.advanceTimersByTime(500)
    expect(rung).toEqual([170])
  })

  it('holds its peace while it rests, also past its time, and counts anew when it is set', () => {
    const { rung, alarm } = start()
    alarm.set(100)
    vi.advanceTimersByTime(50)
    alarm.rest()
    vi.advanceTimersByTime(500)
    expect(rung).toEqual([])
    alarm.set(100)
    vi.advanceTimersByTime(500)
    expect(rung).toEqual([650])
  })

  it('leaves no timer behind, however often it was set', () => {
    const { rung, alarm } = start()
    for (const delayMs of [100, 100, 50, 100]) alarm.set(delayMs)
    expect(vi.getTimerCount()).toBe(1)
    alarm.end()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(500)
    expect(rung).toEqual([])
  })
})
