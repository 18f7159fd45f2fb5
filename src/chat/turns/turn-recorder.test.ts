import { describe, expect, it } from 'vitest'
import { ProblemError, type Scope, silentLog } from '../../core/index.ts'
import type { Database } from '../../storage/index.ts'
import type { TurnEvent, TurnId } from '../schema.ts'
import { createTurnRecorder } from './turn-recorder.ts'
import type { TurnStore } from './turn-store.ts'

const scope = {} as Scope
const turnId = 't' as TurnId
const delta = (length: number): TurnEvent => ({ type: 'text-delta', text: 'x'.repeat(length) })

/** A disk that keeps each save back until the test lets it through or refuses it. */
function disk() {
  const saves: { numbers: number[]; done: PromiseWithResolvers<void> }[] = []
  const db = { write: (work: (tx: never) => Promise<unknown>) => work(undefined as never) } as unknown as Database
  const turns = {
    appendEvents: (_tx: unknown, _scope: unknown, { events }: { events: { number: number }[] }) => {
      const done = Promise.withResolvers<void>()
      saves.push({ numbers: events.map(({ number }) => number), done })
      return done.promise
    },
  } as unknown as TurnStore
  const record = createTurnRecorder({ db, turns, log: silentLog }, { flushLength: 100, flushMs: 60_000 })
  return { saves, recorder: record(scope, turnId) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the recorder of a turn', () => {
  it('complaint 17: makes a save due when enough is unsaved, and counts what is on its way as unsaved', async () => {
    const { saves, recorder } = disk()
    expect(recorder.add(1, delta(60))).toBeUndefined()
    const due = recorder.add(2, delta(60))
    expect(due).toBeInstanceOf(Promise)
    await settled()
    expect(saves[0]?.numbers).toEqual([1, 2])
    expect(recorder.add(3, delta(1))).toBeInstanceOf(Promise)
    saves[0]?.done.resolve()
    await due
  })

  it('keeps what a failing disk refused, and saves it with the next', async () => {
    const { saves, recorder } = disk()
    const due = recorder.add(1, delta(200))
    await settled()
    saves[0]?.done.reject(new ProblemError('storage-full'))
    await due
    const again = recorder.add(2, delta(200))
    await settled()
    expect(saves[1]?.numbers).toEqual([1, 2])
    saves[1]?.done.resolve()
    await again
    void recorder.add(3, delta(1))
    expect((await recorder.close()).map(({ number }) => number)).toEqual([3])
  })
})
