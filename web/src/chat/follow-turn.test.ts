import { expect, it } from 'vitest'
import { Failure, type TurnEvent } from '../api/index.ts'
import { followTurn, type TurnStart } from './follow-turn.ts'

const turnId = '0190a0b0-0000-7000-8000-000000000001'
const events = [
  { type: 'turn-start', turn: { id: turnId } },
  ...['one ', 'two ', 'three'].map((text) => ({ type: 'text-delta', text })),
  { type: 'turn-end', status: 'complete' },
] as unknown as readonly TurnEvent[]

const frameOf = (event: TurnEvent, index: number): string =>
  `id: ${index + 1}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const wire = (after: number): string => events.map(frameOf).slice(after).join('')

/** A server whose connections break after so many bytes each; the last one holds. */
const createServer = (lengths: readonly number[]) => {
  const asked: number[] = []
  const waits: number[] = []
  const connect = (after: number): Response => {
    asked.push(after)
    const length = lengths[asked.length - 1]
    return new Response(wire(after).slice(0, length))
  }
  return {
    asked,
    waits,
    connect,
    deps: {
      attach: async (_turnId: string, after: number) => connect(after),
      waitToRetry: async (attempt: number) => {
        waits.push(attempt)
      },
    },
  }
}

const follow = async (
  deps: Parameters<typeof followTurn>[0],
  start: TurnStart,
  signal = new AbortController().signal,
): Promise<TurnEvent[]> => {
  const seen: TurnEvent[] = []
  for await (const event of followTurn(deps, start, signal)) seen.push(event)
  return seen
}

it('sees every event once and in order, wherever the first connection breaks (complaint 16)', async () => {
  const startLength = frameOf(events[0] as TurnEvent, 0).length
  for (let at = startLength; at <= wire(0).length; at += 1) {
    const server = createServer([at])
    expect(await follow(server.deps, { response: server.connect(0) }), `cut after ${at}`).toEqual(events)
  }
})

it('goes on over many broken connections, asking for what it has not seen', async () => {
  const frame = wire(0).length / events.length
  const server = createServer([frame * 1.5, frame * 1.5, 3, 0])
  expect(await follow(server.deps, { turnId })).toEqual(events)
  expect(server.asked).toEqual([...server.asked].sort((a, b) => a - b))
  expect(server.waits.at(-1)).toBeGreaterThan(0)
})

it('takes no event twice from a server that begins again', async () => {
  const again = { attach: async () => new Response(wire(0)), waitToRetry: async () => {} }
  const broken = new Response(wire(0).slice(0, -20))
  expect(await follow(again, { response: broken })).toEqual(events)
})

it('gives up at once on what no further attempt can mend', async () => {
  const gone = new Failure({ code: 'not-found', retryable: false })
  const deps = { attach: async () => Promise.reject(gone), waitToRetry: async () => {} }
  await expect(follow(deps, { turnId })).rejects.toBe(gone)
})

it('does not guess which turn it was when the answer broke off before its first event', async () => {
  const server = createServer([10])
  await expect(follow(server.deps, { response: server.connect(0) })).rejects.toMatchObject({
    trouble: { code: 'network' },
  })
})

it('ends when nobody looks any more', async () => {
  const left = new AbortController()
  const deps = {
    attach: async () => new Response(''),
    waitToRetry: async () => left.abort(),
  }
  await expect(follow(deps, { turnId }, left.signal)).rejects.toThrow()
})
