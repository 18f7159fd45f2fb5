import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/storage/index.ts'
import {
  addBrain,
  brain,
  brainIds,
  createPlace,
  databaseKinds,
  type Place,
  type TestTables,
  withoutPostgres,
} from './storage/databases.ts'

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `brain-${String(index).padStart(3, '0')}`)

/** What both databases make of a text: the two things that are not Unicode text become U+FFFD. */
const asStored = (text: string) => text.toWellFormed().replaceAll('\0', '\uFFFD')

const hostileTexts = [
  '',
  ' ',
  "Robert'); drop table messages;--",
  '"; delete from brains; --',
  '\\',
  '$1 ? :name %s',
  'NUL\0inside',
  'lone \uD800 high and \uDC00 low',
  '\uFFFE\uFFFF',
  'e\u0301 is not \u00E9',
  '👩‍👩‍👧‍👦 🇸🇪 ﷽',
  '\u202Egnp.exe',
  'İstanbul ß ſ ς',
  '\r\n\t\u2028\u2029\u0085',
  'x'.repeat(100_000),
]

describe.each(databaseKinds)('the %s database', (kind) => {
  let place: Place
  let database: Database

  beforeEach(async () => {
    place = await createPlace(kind)
    database = await place.open()
  })
  afterEach(async () => {
    await database.close()
    await place.remove()
  })

  it('C-14: stores a row and gives it back in camelCase with numbers as numbers', async () => {
    await addBrain(database, 'first')
    const rows = await database.read.withTables<TestTables>().selectFrom('brains').selectAll().execute()
    expect(rows).toEqual([brain('first')])
    const counted = await sql<{ count: unknown; total: unknown }>`
      select count(*) as count, sum(created_at) as total from brains`.execute(database.read)
    expect(counted.rows).toEqual([{ count: 1, total: 1_795_000_000_000 }])
  })

  it('gives the caller what its work has returned', async () => {
    const name = await database.write(async (tx) => {
      const tables = tx.withTables<TestTables>()
      await tables.insertInto('brains').values(brain('first')).execute()
      return (await tables.selectFrom('brains').select('name').executeTakeFirstOrThrow()).name
    })
    expect(name).toBe('first')
  })

  it('undoes a failing write alone, and stores those that ran beside it', async () => {
    const failure = new Error('this one fails on purpose')
    const calls = numbered(20).map((id, index) =>
      database.write(async (tx) => {
        await tx.withTables<TestTables>().insertInto('brains').values(brain(id)).execute()
        if (index % 4 === 3) throw failure
      }),
    )
    const outcomes = await Promise.allSettled(calls)
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(failed.map(({ reason }) => reason)).toEqual(Array(5).fill(failure))
    expect(await brainIds(database)).toEqual(numbered(20).filter((_, index) => index % 4 !== 3))
  })

  it('says conflict when a row of that key is already there, whichever database finds it', async () => {
    const outcomes = await Promise.allSettled([addBrain(database, 'a', 'same'), addBrain(database, 'b', 'same')])
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(failed).toHaveLength(1)
    expect(failed[0]?.reason).toMatchObject({ code: 'conflict' })
    expect(await brainIds(database)).toHaveLength(1)
  })

  it('complaint 11: loses none of the writes of 50 callers at once, and none finds the database locked', async () => {
    const ids = numbered(500)
    const callers = Array.from({ length: 50 }, async (_, caller) => {
      for (const id of ids.slice(caller * 10, caller * 10 + 10)) await addBrain(database, id)
    })
    await Promise.all(callers)
    expect(await brainIds(database)).toEqual(ids)
  })

  it('answers a write whenever it is called after another one', async () => {
    // Each round calls a few steps of the microtask queue later, so that every gap at the end of a batch is met.
    for (let steps = 0; steps < 40; steps += 1) {
      await addBrain(database, `first-${steps}`)
      for (let step = 0; step < steps; step += 1) await undefined
      await addBrain(database, `second-${steps}`)
    }
    expect(await brainIds(database)).toHaveLength(80)
  })

  it('runs writes as if one after the other: 50 callers that add one to a number end at 50', async () => {
    await addBrain(database, 'counter')
    const addOne = () =>
      database.write(async (tx) => {
        const tables = tx.withTables<TestTables>()
        const { isDefault } = await tables.selectFrom('brains').select('isDefault').executeTakeFirstOrThrow()
        await tables
          .updateTable('brains')
          .set({ isDefault: isDefault + 1 })
          .execute()
      })
    let added = 0
    const persist = async () => {
      while (true) {
        try {
          await addOne()
          added += 1
          return
        } catch (error) {
          expect(error).toMatchObject({ code: 'storage-busy', retryAfterMs: expect.any(Number) })
        }
      }
    }
    await Promise.all(Array.from({ length: 50 }, persist))
    const row = await database.read.withTables<TestTables>().selectFrom('brains').selectAll().executeTakeFirst()
    expect([added, row?.isDefault]).toEqual([50, 50])
  })

  it('shows readers nothing of a write before it is committed', async () => {
    const started = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const writing = database.write(async (tx) => {
      await tx.withTables<TestTables>().insertInto('brains').values(brain('unseen')).execute()
      started.resolve()
      await goOn.promise
    })
    await started.promise
    expect(await brainIds(database)).toEqual([])
    goOn.resolve()
    await writing
    expect(await brainIds(database)).toEqual(['unseen'])
  })

  it.runIf(kind === 'sqlite')('lets nobody write through the reading side', async () => {
    const writing = database.read.withTables<TestTables>().insertInto('brains').values(brain('past')).execute()
    await expect(writing).rejects.toThrow()
    expect(await brainIds(database)).toEqual([])
  })

  it('refuses a query that comes after its write has ended', async () => {
    const escaped = await database.write(async (tx) => ({ tx }))
    const late = escaped.tx.withTables<TestTables>().insertInto('brains').values(brain('late')).execute()
    await expect(late).rejects.toThrow()
    expect(await brainIds(database)).toEqual([])
  })

  it('stores what was accepted before it closes, and keeps it', async () => {
    const calls = numbered(30).map((id) => addBrain(database, id))
    const closing = database.close()
    await expect(addBrain(database, 'late')).rejects.toMatchObject({ code: 'shutting-down' })
    await Promise.all([...calls, closing])
    database = await place.open()
    expect(await brainIds(database)).toEqual(numbered(30))
  })

  it('F28: gives hostile text back as it was, but for NUL and lone surrogates', async () => {
    for (const [index, text] of hostileTexts.entries()) await addBrain(database, String(index).padStart(2, '0'), text)
    const rows = await database.read.withTables<TestTables>().selectFrom('brains').selectAll().orderBy('id').execute()
    expect(rows.map(({ name }) => name)).toEqual(hostileTexts.map(asStored))
  })

  it('F28: gives any text back, and finds it again by itself', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('\0', '\uD83D', '\uDE00', "'", '\\', ''), async (start, end) => {
        const name = start + end
        const found = await database.write(async (tx) => {
          const tables = tx.withTables<TestTables>()
          await tables.deleteFrom('brains').execute()
          await tables.insertInto('brains').values(brain('only', name)).execute()
          return tables.selectFrom('brains').select('name').where('name', '=', name).execute()
        })
        expect(found).toEqual([{ name: asStored(name) }])
      }),
      { numRuns: 200 },
    )
  })

  it('sorts text by code point, as the other database does', async () => {
    const names = ['a', 'B', 'å', 'Z', 'z', '-', '_', '0', 'é', '👋', '\uFFFD']
    for (const [index, name] of names.entries()) await addBrain(database, String(index), name)
    const rows = await database.read
      .withTables<TestTables>()
      .selectFrom('brains')
      .select('name')
      .orderBy('name')
      .execute()
    const byCodePoint = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(rows.map(({ name }) => name)).toEqual(byCodePoint)
  })

  it('removes what hangs on a conversation with it', async () => {
    const insert = (statement: string) => database.write((tx) => sql.raw(statement).execute(tx))
    await insert(`insert into conversations (id, owner_id, brain_id, kind, title, created_at, updated_at)
      values ('c', 'o', 'b', 'chat', '', 1, 1)`)
    await insert(`insert into turns (id, owner_id, brain_id, conversation_id, assistant_message_id, kind, status,
      parameters, created_at) values ('t', 'o', 'b', 'c', 'm', 'answer', 'running', '{}', 1)`)
    await insert(`insert into turn_events (turn_id, first_number, last_number, owner_id, events, created_at)
      values ('t', 1, 2, 'o', '[]', 1)`)
    await insert(`delete from conversations where id = 'c'`)
    const left = await sql`select turn_id from turn_events union all select id from turns`.execute(database.read)
    expect(left.rows).toEqual([])
  })

  it('keeps one home per owner and brain', async () => {
    const home = (id: string, kindOfIt: string) =>
      database.write((tx) =>
        sql`insert into conversations (id, owner_id, brain_id, kind, title, created_at, updated_at)
          values (${id}, 'o', 'b', ${kindOfIt}, '', 1, 1)`.execute(tx),
      )
    await home('1', 'home')
    await home('2', 'chat')
    await home('3', 'chat')
    await expect(home('4', 'home')).rejects.toMatchObject({ code: 'conflict' })
  })

  it('opens a second time without changing the schema', async () => {
    await addBrain(database, 'kept')
    await database.close()
    database = await place.open()
    expect(await brainIds(database)).toEqual(['kept'])
    const names = await sql<{ name: string }>`select name from hearth_migrations order by name`.execute(database.read)
    expect(names.rows.map(({ name }) => name)).toEqual([
      '0001-auth-accounts',
      '0002-http-idempotency-keys',
      '0003-chat-conversations',
      '0004-timeline-entries',
    ])
  })
})

it.skipIf(withoutPostgres === '')(`the storage suite on PostgreSQL${withoutPostgres}`, ({ skip }) =>
  skip(withoutPostgres),
)
