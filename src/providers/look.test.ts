import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { untilAborted } from './look.ts'

describe('work that a signal can end', () => {
  it('leaves no listener on the signal, however often it is done and however it ends', async () => {
    const { signal } = new AbortController()
    for (let count = 0; count < 20; count += 1) {
      expect(await untilAborted(Promise.resolve(count), signal)).toBe(count)
      await expect(untilAborted(Promise.reject(new Error('down')), signal)).rejects.toThrow('down')
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('ends with the reason of the signal, also of one that has aborted before', async () => {
    const stopping = new AbortController()
    const never = new Promise<never>(() => undefined)
    const waiting = untilAborted(never, stopping.signal)
    stopping.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(untilAborted(never, stopping.signal)).rejects.toThrow('enough')
  })
})
