import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, databases } from '../../test/support/database.ts'
import { type BrainId, createId, type Scope, silentLog, type UserId } from '../core/index.ts'
import { type Database, openDatabase } from '../storage/index.ts'
import { createTimeline, type Entry, type NewEntry, type Timeline } from './index.ts'

const newScope = (part: Partial<Scope> = {}): Scope => ({
  userId: createId<'user'>() as UserId,
  brainId: createId<'brain'>() as BrainId,
  role: 'owner',
  requestId: 'test',
  signal: new AbortController().signal,
  ...part,
})

const entryOf = (text: string, part: Partial<NewEntry> = {}): NewEntry => ({
  kind: 'message',
  refId: createId<'message'>(),
  conversationId: 'c1',
  at: new Date('2024-03-05T10:00:00Z'),
  source: 'web-chat',
  channel: 'chat',
  role: 'user',
  text,
  ...part,
})

const textsOf = (items: readonly { readonly entry: Entry }[]) => items.map(({ entry }) => entry.text)

describe.each(databases)('the timeline on %s', (kind) => {
  let db: Database
  let timeline: Timeline
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-timeline-'))
    const { env, drop } = await createDatabase(kind)
    db = await openDatabase({ url: env.DATABASE_URL ?? 'sqlite', folder, log: silentLog })
    timeline = createTimeline({ db })
    closing.push(
      () => db.close(),
      drop,
      () => rm(folder, { recursive: true, force: true }),
    )
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })

  const write = (scope: Scope, ...entries: NewEntry[]) =>
    db.write(async (tx) => {
      for (const entry of entries) await timeline.append(tx, scope, entry)
    })
  const find = async (scope: Scope, text: string, limit = 20) =>
    textsOf((await timeline.search(scope, { text, limit })).items)

  it('ASTRA-1: holds messages, events and answers of one owner in one order of time', async () => {
    const scope = newScope()
    const at = (minute: number) => new Date(Date.UTC(2024, 0, 1, 0, minute))
    await write(
      scope,
      entryOf('third', { at: at(3), role: 'assistant', source: 'ollama' }),
      entryOf('first', { at: at(1) }),
      entryOf('second', { at: at(2), kind: 'event', role: 'event', source: 'uptime-kuma', conversationId: null }),
    )
    const oldest = await timeline.list(scope, { limit: 10, order: 'oldest' })
    expect(oldest.items.map(({ text }) => text)).toEqual(['first', 'second', 'third'])
    expect((await timeline.list(scope, { limit: 10 })).items.map(({ text }) => text)).toEqual([
      'third',
      'second',
      'first',
    ])
    expect(oldest.nextCursor).toBeNull()
  })

  it('ASTRA-10, ASTRA-14: keeps the instant, role, source, channel and text of an entry as given', async () => {
    const scope = newScope()
    const entry = entryOf('Räksmörgås 👨‍👩‍👧 \n"x"', { role: 'event', source: 'uptime-kuma', channel: 'monitoring' })
    await write(scope, entry)
    const { items } = await timeline.list(scope, { limit: 10 })
    expect(items).toEqual([{ ...entry, id: expect.any(String) }])
  })

  it('lists by time, kind, source and conversation', async () => {
    const scope = newScope()
    const day = (date: number) => new Date(Date.UTC(2024, 0, date))
    await write(
      scope,
      entryOf('a', { at: day(1) }),
      entryOf('b', { at: day(2), conversationId: 'c2' }),
      entryOf('c', { at: day(3), kind: 'event', source: 'uptime-kuma' }),
    )
    const list = async (filter: object) =>
      (await timeline.list(scope, { limit: 10, order: 'oldest', ...filter })).items.map(({ text }) => text)
    expect(await list({ start: day(2) })).toEqual(['b', 'c'])
    expect(await list({ end: day(2) })).toEqual(['a'])
    expect(await list({ kinds: ['event'] })).toEqual(['c'])
    expect(await list({ sources: ['web-chat'] })).toEqual(['a', 'b'])
    expect(await list({ conversationId: 'c2' })).toEqual(['b'])
  })

  it('gives each entry once when paged, also among equal instants, in either order', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom('oldest' as const, 'newest' as const),
      async (minutes, limit, order) => {
        const scope = newScope()
        const entries = minutes.map((minute, index) => entryOf(`${index}`, { at: new Date(minute * 60_000) }))
        await write(scope, ...entries)
        const seen: Entry[] = []
        let after: string | null = null
        do {
          const page = await timeline.list(scope, { limit, order, ...(after !== null && { after }) })
          expect(page.items.length).toBeLessThanOrEqual(limit)
          seen.push(...page.items)
          after = page.nextCursor
        } while (after !== null)
        const sorted = entries.map(({ text, at }) => ({ text, ms: at.getTime() })).sort((a, z) => a.ms - z.ms)
        const expected = sorted.map(({ text }) => text)
        expect(seen.map(({ text }) => text)).toEqual(order === 'oldest' ? expected : expected.reverse())
      },
    )
    await fc.assert(property, { numRuns: 25 })
  })

  it('complaint 4: finds a message by its words, whatever their form', async () => {
    const scope = newScope()
    await write(scope, entryOf('Vi köpte huset i Malmö förra året'), entryOf('The meetings were moved to Friday'))
    for (const query of ['hus', 'MALMO', 'vad köpte vi?', 'När köptes huset?']) {
      expect(await find(scope, query)).toEqual(['Vi köpte huset i Malmö förra året'])
    }
    expect(await find(scope, 'meeting')).toEqual(['The meetings were moved to Friday'])
    expect(await find(scope, 'boat')).toEqual([])
    expect(await find(scope, '🎉 !?')).toEqual([])
  })

  it('finds a message of 200,000 characters by its last word, and gives it whole', async () => {
    const scope = newScope()
    const text = `${'lorem ipsum dolor sit amet '.repeat(7400)}zeppelin`
    await write(scope, entryOf(text), entryOf('lorem'))
    const { items } = await timeline.search(scope, { text: 'zeppelins', limit: 5 })
    expect(textsOf(items)).toEqual([text])
    expect(items[0]?.snippet.at(-1)).toEqual({ text: 'zeppelin', match: true })
  })

  it('complaint 27: puts an exact identifier first', async () => {
    const scope = newScope()
    const near = [
      'AB-1235/x 1234',
      'AB 1234 x',
      'AB-1234/y',
      'x AB',
      '192.168.1.11',
      'foo_baz.ts foo bar',
      'foo bar ts',
    ]
    const exact = ['Order AB-1234/x is late', 'ping 192.168.1.10 failed', 'see foo_bar.ts, line 3', 'mail eva.ek@x.se']
    await write(scope, ...[...near, ...exact].map((text) => entryOf(text)))
    expect((await find(scope, 'ab-1234/X'))[0]).toBe(exact[0])
    expect((await find(scope, '192.168.1.10'))[0]).toBe(exact[1])
    expect((await find(scope, 'what is foo_bar.ts?'))[0]).toBe(exact[2])
    expect((await find(scope, 'eva.ek@x.se'))[0]).toBe(exact[3])
  })

  it('puts rare words before common ones, short texts before long, and the later first among equals', async () => {
    const scope = newScope()
    const common = Array.from({ length: 20 }, (_, index) => entryOf(`coffee number${index}`))
    await write(scope, ...common, entryOf('the zeppelin came'))
    expect((await find(scope, 'coffee zeppelin'))[0]).toBe('the zeppelin came')

    const other = newScope()
    await write(
      other,
      entryOf('late bird', { at: new Date(2000) }),
      entryOf('early bird', { at: new Date(1000) }),
      entryOf('a bird and very many further words that say nothing of it at all, in a long row'),
    )
    expect((await find(other, 'bird')).slice(0, 2)).toEqual(['late bird', 'early bird'])
  })

  it('finds an entry by its day, and an event by its source', async () => {
    const scope = newScope()
    const part = { kind: 'event', role: 'event', source: 'uptime-kuma', channel: 'monitoring' } as const
    await write(scope, entryOf('disk is full', part), entryOf('hello', { at: new Date('2023-11-30T00:00:00Z') }))
    expect(await find(scope, 'uptime-kuma')).toEqual(['disk is full'])
    expect(await find(scope, '2024-03-05')).toEqual(['disk is full'])
    expect(await find(scope, 'i november')).toEqual(['hello'])
    expect(await find(scope, 'web-chat')).toEqual([])
  })

  it('narrows to kinds, a conversation and the brain of the scope', async () => {
    const scope = newScope()
    await write(scope, entryOf('red apple'), entryOf('green apple', { conversationId: 'c2' }))
    await write({ ...scope, brainId: createId<'brain'>() as BrainId }, entryOf('other apple'))
    await write(scope, entryOf('apple event', { kind: 'event' }))
    const search = async (part: object) =>
      textsOf((await timeline.search(scope, { text: 'apple', limit: 9, ...part })).items).sort()
    expect(await search({})).toEqual(['apple event', 'green apple', 'red apple'])
    expect(await search({ kinds: ['message'] })).toEqual(['green apple', 'red apple'])
    expect(await search({ conversationId: 'c2' })).toEqual(['green apple'])
  })

  it('never shows one owner what another wrote', async () => {
    const owners = Array.from({ length: 8 }, () => newScope())
    for (const [index, owner] of owners.entries()) await write(owner, entryOf(`shared canary${index}`))
    for (const [index, owner] of owners.entries()) {
      expect(await find(owner, 'shared')).toEqual([`shared canary${index}`])
      expect(await find(owner, owners.map((_, other) => `canary${other}`).join(' '))).toEqual([`shared canary${index}`])
    }
    const [first, second] = owners as [Scope, Scope]
    expect(await find({ ...first, brainId: second.brainId }, 'shared')).toEqual([])
    expect((await timeline.list({ ...first, brainId: second.brainId }, { limit: 9 })).items).toEqual([])
  })

  it('writes an entry and its words together or not at all', async () => {
    const scope = newScope()
    const failing = db.write(async (tx) => {
      await timeline.append(tx, scope, entryOf('never said'))
      throw new Error('given up')
    })
    await expect(failing).rejects.toThrow('given up')
    expect((await timeline.list(scope, { limit: 9 })).items).toEqual([])
    expect(await db.fullText.search({ ownerId: scope.userId, stems: ['never', 'said'], limit: 9 })).toEqual([])
  })

  it('replaces the entry of a thing that is appended again', async () => {
    const scope = newScope()
    const entry = entryOf('half a zep')
    await write(scope, entry)
    await write(scope, { ...entry, text: 'half a zeppelin flies' })
    expect((await timeline.list(scope, { limit: 9 })).items).toMatchObject([{ text: 'half a zeppelin flies' }])
    expect(await find(scope, 'zep')).toEqual([])
    expect(await find(scope, 'zeppelins half')).toEqual(['half a zeppelin flies'])
  })

  it('removes by thing and by conversation, from the index too, and only of that owner', async () => {
    const [scope, other] = [newScope(), newScope()]
    const gone = entryOf('lost word')
    await write(
      scope,
      gone,
      entryOf('lost in two', { conversationId: 'c2' }),
      entryOf('lost kept', { conversationId: 'c3' }),
    )
    await write(other, entryOf('lost elsewhere', { conversationId: 'c2' }))
    await db.write((tx) => timeline.removeByRef(tx, other.userId, [gone.refId]))
    expect(await find(scope, 'word')).toEqual(['lost word'])
    await db.write((tx) => timeline.removeByRef(tx, scope.userId, [gone.refId, 'unknown']))
    await db.write((tx) => timeline.removeByConversation(tx, scope.userId, 'c2'))
    expect(await find(scope, 'lost')).toEqual(['lost kept'])
    expect(await find(other, 'lost')).toEqual(['lost elsewhere'])
    expect(await db.fullText.search({ ownerId: scope.userId, stems: ['lost'], limit: 9 })).toHaveLength(1)
  })

  it('gives each match once when paged, beyond the first window of candidates too', async () => {
    const scope = newScope()
    const entries = Array.from({ length: 450 }, (_, index) =>
      entryOf(`bread ${'and butter '.repeat(index % 7)}${index}`),
    )
    await write(scope, ...entries, ...Array.from({ length: 30 }, () => entryOf('water')))
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await timeline.search(scope, { text: 'bread', limit: 70, ...(cursor !== null && { cursor }) })
      seen.push(...textsOf(page.items))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(seen).toHaveLength(450)
    expect(new Set(seen).size).toBe(450)
  })

  it('finds what a filter leaves, however many candidates it drops', async () => {
    const scope = newScope()
    const many = Array.from({ length: 300 }, () => entryOf('tea tea tea'))
    await write(
      scope,
      entryOf('a cup of tea among many other things that were said', { conversationId: 'deep' }),
      ...many,
    )
    const { items, nextCursor } = await timeline.search(scope, { text: 'tea', conversationId: 'deep', limit: 5 })
    expect(items).toHaveLength(1)
    expect(nextCursor).toBeNull()
  })

  it('refuses a cursor that is none of its own', async () => {
    for (const cursor of ['', 'x', '🎉', 'WzEsMl0x', Buffer.from('[1,-2]').toString('base64url')]) {
      const searching = timeline.search(newScope(), { text: 'word', limit: 5, cursor })
      await expect(searching).rejects.toMatchObject({ code: 'invalid-request', errors: [{ field: 'cursor' }] })
      await expect(timeline.list(newScope(), { limit: 5, after: cursor })).rejects.toMatchObject({
        code: 'invalid-request',
      })
    }
  })

  it('stops a search whose caller has left', async () => {
    const scope = newScope()
    await write(scope, entryOf('word'))
    const left = { ...scope, signal: AbortSignal.abort() }
    await expect(timeline.search(left, { text: 'word', limit: 5 })).rejects.toThrow()
  })

  it('takes any text, and any query', async () => {
    const scope = newScope()
    const anything = fc.string({ unit: 'binary', maxLength: 80 })
    const property = fc.asyncProperty(anything, anything, async (text, query) => {
      await write(scope, entryOf(text))
      await timeline.search(scope, { text: query, limit: 3 })
      await timeline.search(scope, { text, limit: 3 })
    })
    await fc.assert(property, { numRuns: 30 })
  })
})
