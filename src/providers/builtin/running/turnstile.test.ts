import { expect, test } from 'vitest'
import { createTurnstile } from './turnstile.ts'

const { signal } = new AbortController()

test('lets one at a time through, in the order of arrival', async () => {
  const enter = createTurnstile()
  const order: number[] = []
  const visits = [1, 2, 3].map(async (number) => {
    const leave = await enter(signal)
    order.push(number)
    await Promise.resolve()
    order.push(-number)
    leave()
  })
  await Promise.all(visits)
  expect(order).toEqual([1, -1, 2, -2, 3, -3])
})

test('who gives up while waiting leaves the queue, and the next one still waits for the first', async () => {
  const enter = createTurnstile()
  const leave = await enter(signal)
  const impatient = new AbortController()
  const second = enter(impatient.signal)
  let isIn = false
  const third = enter(signal).then(() => {
    isIn = true
  })
  impatient.abort(new Error('enough'))
  await expect(second).rejects.toThrow('enough')
  expect(isIn).toBe(false)
  leave()
  await third
  expect(isIn).toBe(true)
})

test('an aborted signal does not come in', async () => {
  await expect(createTurnstile()(AbortSignal.abort(new Error('no')))).rejects.toThrow('no')
})
