import { describe, expect, it } from 'vitest'
import { ProblemError } from '../core/index.ts'
import { hashPassword, verifyPassword } from './password.ts'

const gone = new Error('the client left')

/** Takes both turns and some places of the queue; `settled` tells in which order they came to an end. */
function occupy(waiting: number) {
  const settled: string[] = []
  const leaving = new AbortController()
  const note = (what: string) => () => void settled.push(what)
  const hashing = [1, 2].map(() => hashPassword('first come').then(note('hashed')))
  const queued = Array.from({ length: waiting }, () => hashPassword('later', leaving.signal))
  const ends = Promise.allSettled(queued.map((one) => one.finally(note('left'))))
  return { settled, leave: () => leaving.abort(gone), hashing: Promise.all(hashing), ends }
}

describe('a password', () => {
  it('is known again, in any Unicode form, and no other is', async () => {
    const hash = await hashPassword('pässword')
    expect(await verifyPassword('pa\u0308ssword', hash)).toBe(true)
    expect(await verifyPassword('password', hash)).toBe(false)
  })

  it('leaves the queue unhashed when its sender has left', async () => {
    const { settled, leave, hashing, ends } = occupy(16)
    leave()
    expect((await ends).every((end) => end.status === 'rejected' && end.reason === gone)).toBe(true)
    expect(settled).not.toContain('hashed')
    await hashing
    await expect(hashPassword('later', AbortSignal.abort(gone))).rejects.toBe(gone)
    expect(await hashPassword('next')).toMatch(/^\$argon2id/)
  })

  it('is refused, with a time to come back, when 16 others wait; there is room again when they have left', async () => {
    const { leave, hashing, ends } = occupy(16)
    const refusal = await hashPassword('one too many').catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ProblemError)
    expect(refusal).toMatchObject({ code: 'too-many-attempts', retryAfterMs: expect.any(Number) })
    leave()
    await ends
    expect(await hashPassword('now there is room')).toMatch(/^\$argon2id/)
    await hashing
  })
})
