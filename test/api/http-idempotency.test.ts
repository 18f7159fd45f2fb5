import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Scope, silentLog } from '../../src/core/index.ts'
import { createIdempotency } from '../../src/http/index.ts'
import { type Database, openDatabase } from '../../src/storage/index.ts'

const hourMs = 60 * 60 * 1000
const scopeOf = (userId: string) => ({ userId }) as unknown as Scope

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-idempotency-'))
  const db: Database = await openDatabase({ url: 'sqlite', folder, log: silentLog })
  onTestFinished(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })
  let nowMs = Date.UTC(2026, 0, 1)
  const clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs }
  const idempotency = createIdempotency({ db, clock })
  const claimFor = (userId: string, asked: { key: string; fingerprint: string; reply: unknown }) =>
    db.write((tx) => idempotency.claim(tx, scopeOf(userId), asked))
  const claim = (key: string, fingerprint: string, reply: unknown) => claimFor('ada', { key, fingerprint, reply })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { db, idempotency, claim, claimFor, pass }
}

describe('an idempotency key', () => {
  it('is fresh once; the same request then gets the first reply', async () => {
    const { claim, idempotency } = await open()
    expect(await claim('k', 'f', { id: 1 })).toEqual({ fresh: true })
    expect(await claim('k', 'f', { id: 2 })).toEqual({ fresh: false, reply: { id: 1 } })
    expect(await idempotency.find(scopeOf('ada'), { key: 'k', fingerprint: 'f' })).toEqual({ reply: { id: 1 } })
    expect(await idempotency.find(scopeOf('ada'), { key: 'other', fingerprint: 'f' })).toBeUndefined()
  })

  it('has one winner among ten at once', async () => {
    const { claim } = await open()
    const claims = await Promise.all(Array.from({ length: 10 }, (_, at) => claim('k', 'f', { id: at })))
    const winner = claims.findIndex((claimed) => claimed.fresh)
    expect(claims.filter((claimed) => claimed.fresh)).toHaveLength(1)
    for (const claimed of claims) if (!claimed.fresh) expect(claimed.reply).toEqual({ id: winner })
  })

  it('refuses another request', async () => {
    const { claim, idempotency } = await open()
    await claim('k', 'f', {})
    await expect(claim('k', 'other', {})).rejects.toMatchObject({ code: 'idempotency-mismatch' })
    const asked = { key: 'k', fingerprint: 'other' }
    await expect(idempotency.find(scopeOf('ada'), asked)).rejects.toMatchObject({ code: 'idempotency-mismatch' })
  })

  it('belongs to its owner', async () => {
    const { claim, claimFor, idempotency } = await open()
    await claim('k', 'f', { of: 'ada' })
    expect(await idempotency.find(scopeOf('bo'), { key: 'k', fingerprint: 'f' })).toBeUndefined()
    expect(await claimFor('bo', { key: 'k', fingerprint: 'quite another', reply: { of: 'bo' } })).toEqual({
      fresh: true,
    })
  })

  it('is not claimed when the transaction of its effect fails', async () => {
    const { claim, db, idempotency } = await open()
    const work = db.write(async (tx) => {
      await idempotency.claim(tx, scopeOf('ada'), { key: 'k', fingerprint: 'f', reply: {} })
      throw new Error('no effect')
    })
    await expect(work).rejects.toThrow('no effect')
    expect(await claim('k', 'f', {})).toEqual({ fresh: true })
  })

  it('is kept for 24 hours and then forgotten', async () => {
    const { claim, db, idempotency, pass } = await open()
    await claim('k', 'f', { id: 1 })
    await claim('old', 'f', {})
    pass(24 * hourMs)
    expect(await claim('k', 'f', { id: 2 })).toMatchObject({ fresh: false })
    pass(1)
    expect(await claim('k', 'other', { id: 3 })).toEqual({ fresh: true })
    expect(await db.write((tx) => idempotency.prune(tx))).toBe(1)
    expect(await db.write((tx) => idempotency.prune(tx))).toBe(0)
  })

  it.each([[''], ['x'.repeat(201)], ['å'], ['a\nb']])('that is not plain is refused: %j', async (key) => {
    const { claim } = await open()
    const errors = [expect.objectContaining({ field: 'Idempotency-Key' })]
    await expect(claim(key, 'f', {})).rejects.toMatchObject({ code: 'invalid-request', errors })
  })
})
