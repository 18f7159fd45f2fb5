import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createDatabase, databases } from '../../test/support/database.ts'
import { type BrainId, createId, ProblemError, type Scope, silentLog, systemClock, type UserId } from '../core/index.ts'
import { createScripted, type ScriptStep } from '../providers/index.ts'
import { type Database, openDatabase } from '../storage/index.ts'
import { type Chat, type ConversationId, createChat } from './index.ts'

const scope: Scope = {
  userId: createId<'user'>() as UserId,
  brainId: createId<'brain'>() as BrainId,
  role: 'owner',
  requestId: 'test',
  signal: new AbortController().signal,
}
const { signal } = scope
const words = [
  { type: 'text', text: 'Hello ' },
  { type: 'text', text: 'world' },
] as const
type Script = Iterable<ScriptStep>
const hanging = { script: [{ type: 'wait', until: new Promise(() => undefined) }] } as const
const place = { source: 'web-chat', channel: 'chat' }

describe.each(databases)('the room on %s, when writes go wrong', (kind) => {
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  const open = async (): Promise<Database> => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-chat-'))
    closing.push(() => rm(folder, { recursive: true }))
    const { env, drop } = await createDatabase(kind)
    const db = await openDatabase({ url: env.DATABASE_URL ?? 'sqlite', folder, log: silentLog })
    closing.push(drop, () => db.close())
    return db
  }

  /** The room over a database whose writes the test bends; every delta is saved at once. */
  const build = async (
    bend: (write: Database['write']) => Database['write'],
    { db, script = words }: { readonly db?: Database; readonly script?: Script } = {},
  ): Promise<Chat> => {
    const real = db ?? (await open())
    const provider = createScripted({ script: () => script, sleep: async () => undefined })
    const [model] = await provider.models(signal)
    return createChat(
      {
        db: { ...real, write: bend(real.write) },
        clock: systemClock,
        log: silentLog,
        resolve: () => model && { provider, model },
        extract: async () => ({ text: '', citations: [] }),
        appendEntry: async () => undefined,
        removeEntries: async () => undefined,
        claim: async () => ({ fresh: true }),
        detectLanguage: () => 'en',
      },
      {
        contextTokens: 8192,
        reserveTokens: 1024,
        history: { maxMessages: 50, homeWindowMs: undefined, windowMs: undefined },
        recorder: { flushLength: 1, flushMs: 1_000 },
        operatorPrompts: [],
        eventsKeptMs: 3_600_000,
      },
    )
  }

  const begin = async (chat: Chat) => (await chat.conversations.create(scope, {})).id as ConversationId
  const collect = async (chat: Chat, turnId: Awaited<ReturnType<Chat['startTurn']>>) => {
    const seen = []
    for await (const { number, event } of chat.turns.attach(scope, { turnId, after: 0, signal })) {
      seen.push(`${number} ${event.type}`)
    }
    return seen
  }

  it('F13, F16: brings a turn to its end when a write is told to have failed and is found stored', async () => {
    let count = 0
    const chat = await build((write) => async (work) => {
      const value = await write(work)
      count += 1
      // The conversation and the question are told as stored; of all that follows, every other write is not.
      if (count > 2 && count % 2 === 1) throw new ProblemError('storage-full')
      return value
    })
    const conversationId = await begin(chat)
    const turnId = await chat.startTurn(scope, { text: 'hi', conversationId, ...place })
    await Promise.all(chat.running().map(({ ended }) => ended))
    const { items } = await chat.messages.list(scope, { conversationId, limit: 10 })
    expect(items.at(-1)).toMatchObject({ text: 'Hello world', status: 'complete' })
    const seen = await collect(chat, turnId)
    expect(seen.map((line) => Number.parseInt(line, 10))).toEqual(seen.map((_, index) => index + 1))
    expect(seen.at(-1)).toMatch(/turn-end$/)
  })

  it('F13, F16: takes the next question when the one before was told to have failed and is found stored', async () => {
    let count = 0
    const chat = await build((write) => async (work) => {
      const value = await write(work)
      count += 1
      if (count === 2) throw new ProblemError('storage-full')
      return value
    })
    const conversationId = await begin(chat)
    const asking = chat.startTurn(scope, { text: 'hi', conversationId, ...place })
    await expect(asking).rejects.toMatchObject({ code: 'storage-full' })
    const turnId = await chat.startTurn(scope, { text: 'hi again', conversationId, ...place })
    await chat.turns.awaitAnswer(scope, { turnId, signal })
    const { items } = await chat.messages.list(scope, { conversationId, limit: 10 })
    expect(items.map(({ status }) => status)).toEqual(['complete', 'interrupted', 'complete', 'complete'])
  })

  it('refuses one of two questions of the same instant, and goes on with the other', async () => {
    const chat = await build((write) => write, hanging)
    for (let round = 0; round < 10; round += 1) {
      const conversationId = await begin(chat)
      const ask = () => chat.startTurn(scope, { text: 'hi', conversationId, ...place })
      const asked = await Promise.allSettled([ask(), ask()])
      const [turnId] = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const refusals = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
      expect([refusals, turnId && (await chat.turns.get(scope, turnId)).status]).toEqual([['turn-running'], 'running'])
      if (turnId) await chat.turns.stop(scope, turnId)
    }
  })

  it('F13: fails a stop at once while the disk refuses the end, and a deletion too', async () => {
    let isFull = false
    const chat = await build(
      (write) => async (work) => {
        if (isFull) throw new ProblemError('storage-full')
        return write(work)
      },
      hanging,
    )
    const conversationId = await begin(chat)
    const turnId = await chat.startTurn(scope, { text: 'hi', conversationId, ...place })
    isFull = true
    await expect(chat.turns.stop(scope, turnId)).rejects.toMatchObject({ code: 'storage-full' })
    await expect(chat.conversations.remove(scope, conversationId)).rejects.toMatchObject({ code: 'storage-full' })
    isFull = false
    await Promise.all(chat.running().map(({ ended }) => ended))
    expect((await chat.turns.get(scope, turnId)).status).toBe('stopped')
  })

  it('does not give an unfinished answer to who waits when the server closes', async () => {
    const chat = await build((write) => write, hanging)
    const conversationId = await begin(chat)
    const turnId = await chat.startTurn(scope, { text: 'hi', conversationId, ...place })
    const closed = AbortSignal.abort(new ProblemError('shutting-down'))
    const waiting = chat.turns.awaitAnswer(scope, { turnId, signal: closed })
    await expect(waiting).rejects.toMatchObject({ code: 'shutting-down' })
    await chat.turns.stop(scope, turnId)
  })

  it('tells the end of an answer as it is stored, its instant too', async () => {
    const chat = await build((write) => write)
    const conversationId = await begin(chat)
    const turnId = await chat.startTurn(scope, { text: 'hi', conversationId, ...place })
    let end: unknown
    for await (const { event } of chat.turns.attach(scope, { turnId, after: 0, signal })) {
      if (event.type === 'turn-end') end = event.message
    }
    expect(end).toEqual((await chat.messages.list(scope, { conversationId, limit: 1 })).items[0])
  })

  it('ends the answer of a conversation that is deleted after the question was stored', async () => {
    const db = await open()
    const other = await build((write) => write, { db })
    const chat = await build(
      (write) => async (work) => {
        const value = await write(work)
        if (isAsking) await other.conversations.remove(scope, conversationId)
        isAsking = false
        return value
      },
      { db },
    )
    let isAsking = false
    const conversationId = await begin(chat)
    isAsking = true
    const turnId = await chat.startTurn(scope, { text: 'hi', conversationId, ...place })
    expect(await collect(chat, turnId)).toEqual([
      '1 turn-start',
      '2 context',
      '3 text-delta',
      '4 text-delta',
      '5 usage',
      '6 turn-end',
    ])
    await expect(chat.turns.get(scope, turnId)).rejects.toMatchObject({ code: 'not-found' })
  })
})
