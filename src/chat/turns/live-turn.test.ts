import { describe, expect, it } from 'vitest'
import type { BrainId, UserId } from '../../core/index.ts'
import type { Message, Turn, TurnEvent } from '../schema.ts'
import { createLiveTurn, type NumberedEvent } from './live-turn.ts'

const message = { id: 'm', text: '', reasoning: '', citations: [], status: 'streaming' } as unknown as Message
const live = () =>
  createLiveTurn({ ownerId: 'u' as UserId, brainId: 'b' as BrainId, turn: { id: 't' } as Turn, message })
const delta = (text: string): TurnEvent => ({ type: 'text-delta', text })
const never = new AbortController().signal

const collect = async (events: AsyncIterable<NumberedEvent>) => {
  const seen: NumberedEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

describe('a live turn', () => {
  it('complaint 16: gives every follower each event once, in order, whenever it comes', async () => {
    const turn = live()
    const early = collect(turn.follow(0, never))
    turn.publish(delta('a'))
    turn.publish(delta('b'))
    const late = collect(turn.follow(1, never))
    await Promise.resolve()
    turn.publish(delta('c'))
    turn.end()
    expect((await early).map(({ number }) => number)).toEqual([1, 2, 3])
    expect((await late).map(({ number }) => number)).toEqual([2, 3])
    expect(await collect(turn.follow(0, never))).toHaveLength(3)
    expect(turn.message().text).toBe('abc')
  })

  it('lets a follower go when it leaves, and goes on', async () => {
    const turn = live()
    const leaving = new AbortController()
    const seen = collect(turn.follow(0, leaving.signal))
    turn.publish(delta('a'))
    await Promise.resolve()
    leaving.abort()
    await seen
    expect(turn.signal.aborted).toBe(false)
    expect(turn.publish(delta('b'))).toBe(2)
  })

  it('remembers what first halted it', () => {
    const turn = live()
    turn.halt('stopped')
    turn.halt('interrupted')
    expect([turn.signal.aborted, turn.haltedBy()]).toEqual([true, 'stopped'])
  })
})
