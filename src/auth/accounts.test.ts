import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createDatabase, databases } from '../../test/support/database.ts'
import { silentLog, systemClock } from '../core/index.ts'
import { type Database, openDatabase } from '../storage/index.ts'
import { createAccounts } from './accounts.ts'
import { createAuthStore } from './store.ts'

const attempts = { loginAttempts: 10, loginWindowMs: 60_000, addressAttempts: 30, addressWindowMs: 60_000 }
const options = { sessionMs: 60_000, ...attempts }
const password = 'correct horse'

describe.each(databases)('the set-up on %s', (kind) => {
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  const open = async (): Promise<Database> => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-auth-'))
    closing.push(() => rm(folder, { recursive: true }))
    const { env, drop } = await createDatabase(kind)
    const db = await openDatabase({ url: env.DATABASE_URL ?? 'sqlite', folder, log: silentLog })
    closing.push(drop, () => db.close())
    return db
  }

  it('C-7: lets one of two at once become the owner, and refuses the other', async () => {
    const real = await open()
    const both = Promise.withResolvers<void>()
    let isHeld = false
    let waiting = 0
    const write: Database['write'] = async (work) => {
      waiting += isHeld ? 1 : 0
      if (waiting === 2) both.resolve()
      if (isHeld) await both.promise
      return real.write(work)
    }
    const db = { ...real, write }
    const store = createAuthStore(db)
    const accounts = await createAccounts({ db, store, clock: systemClock }, options)
    isHeld = true
    const made = await Promise.allSettled(['ada', 'eve'].map((name) => accounts.setUp({ name, password }, 'test')))
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const winner = made[0]?.status === 'fulfilled' ? 'ada' : 'eve'
    expect((await store.findOwner())?.name).toBe(winner)
    expect(accounts.owner().hasPassword).toBe(true)
  })
})
