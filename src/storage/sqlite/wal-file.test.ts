import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countValidFrames, openWalFile, secureLeftLog } from './wal-file.ts'

let folder: string
let database: DatabaseSync
let logPath: string

const frames = () => Number(database.prepare('pragma wal_checkpoint(noop)').get()?.log)
const flipBit = (bytes: Buffer, at: number) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
const insert = (count: number) => {
  for (let row = 0; row < count; row += 1) database.prepare('insert into rows values (?)').run('x'.repeat(3000))
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-log-'))
  logPath = join(folder, 'a.db-wal')
  database = new DatabaseSync(join(folder, 'a.db'))
  database.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table rows (text text)')
})
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

describe('the write-ahead log as a file', () => {
  it('counts as many whole frames as SQLite does', async () => {
    for (let round = 0; round < 5; round += 1) {
      insert(7)
      expect(countValidFrames(await readFile(logPath))).toBe(frames())
    }
  })

  it('does not count what an earlier round of the log has left behind', async () => {
    insert(30)
    const before = frames()
    database.exec('pragma wal_checkpoint(passive)')
    insert(2)
    const log = await readFile(logPath)
    expect(frames()).toBeLessThan(before)
    expect(countValidFrames(log)).toBe(frames())
  })

  it('stops counting at the first frame that is not as it was written', async () => {
    insert(10)
    const log = await readFile(logPath)
    const frameBytes = 24 + 4096
    for (const frame of [0, 3, frames() - 1]) {
      const damaged = Buffer.from(log)
      flipBit(damaged, 32 + frame * frameBytes + 500)
      expect(countValidFrames(damaged)).toBe(frame)
    }
    expect(countValidFrames(log.subarray(0, 32 + 2 * frameBytes + 10))).toBe(2)
    expect(countValidFrames(Buffer.alloc(0))).toBe(0)
    expect(countValidFrames(Buffer.alloc(100))).toBe(0)
  })

  it('writes the log again without changing it, and refuses when frames are missing', async () => {
    insert(10)
    const before = await readFile(logPath)
    const log = await openWalFile(logPath)
    await log.rewrite(frames())
    await secureLeftLog(logPath)
    expect((await readFile(logPath)).equals(before)).toBe(true)
    await expect(log.rewrite(frames() + 1)).rejects.toThrow('no longer holds')
    await log.close()
    expect(database.prepare('select count(*) as count from rows').get()).toEqual({ count: 10 })
  })

  it('refuses to write a damaged log again, and leaves it as it is', async () => {
    insert(10)
    const damaged = await readFile(logPath)
    flipBit(damaged, 5000)
    const copy = join(folder, 'copy-wal')
    await writeFile(copy, damaged)
    const log = await openWalFile(copy)
    await expect(log.rewrite(frames())).rejects.toThrow('no longer holds')
    await log.close()
    expect((await readFile(copy)).equals(damaged)).toBe(true)
  })
})
