import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/core/index.ts'
import { openDatabase } from '../../src/storage/index.ts'
import { addBrain, brainIds, createPlace, type Place } from './storage/databases.ts'
import { runCommand, scriptPath } from './storage/scripts.ts'
import { accountOf, straceArguments } from './storage/sync-accounting.ts'

const works = (command: string, args: readonly string[]) => spawnSync(command, args).status === 0

/** Why a test cannot run here, put into its title; an empty text where it can. */
const without = {
  strace: works('strace', ['-qq', '-o', '/dev/null', 'true']) ? '' : ' (skipped: strace does not run here)',
  mounts: works('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', tmpdir()])
    ? ''
    : ' (skipped: a disk of its own needs Linux and root)',
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-faults-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs a ledger writer under strace; with one thread for syncs, so that "the third sync" means what it says. */
async function traceLedger(straceOptions: readonly string[], ledger: readonly string[]): Promise<readonly string[]> {
  const trace = ['-o', join(folder, 'trace'), ...straceOptions]
  const script = [process.execPath, scriptPath('ledger-writer.ts'), folder, ...ledger]
  const { output } = await runCommand('strace', ['-E', 'UV_THREADPOOL_SIZE=1', ...trace, ...script])
  return output.trimEnd().split('\n')
}

const idsOf = (lines: readonly string[], word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(' ')[1])

async function storedIds(): Promise<readonly string[]> {
  const database = await openDatabase({ url: 'sqlite', folder, log: silentLog })
  const ids = await brainIds(database)
  await database.close()
  return ids
}

describe.skipIf(without.strace)(`sync accounting${without.strace}`, () => {
  it('promise 32: answers each of 800 writes after a sync that covers it, through a new round of the log', async () => {
    const lines = await traceLedger(straceArguments, ['800', '2', 'sync'])
    const account = await accountOf(join(folder, 'trace'))
    expect(lines.at(-1)).toBe('closed')
    expect(account).toMatchObject({ committed: 800, acknowledged: 800, tooEarly: [] })
    expect(account.rounds).toBeGreaterThan(1)
    expect(account.syncs).toBeGreaterThan(400)
  }, 120_000)

  it('positive control: the accounting catches a database that answers before its sync', async () => {
    await traceLedger(straceArguments, ['100', '4', 'no-sync'])
    const account = await accountOf(join(folder, 'trace'))
    expect(account).toMatchObject({ committed: 100, acknowledged: 100 })
    expect(account.tooEarly.length).toBeGreaterThan(90)
  }, 120_000)
})

describe.skipIf(without.strace)(`a disk whose syncs fail${without.strace}`, () => {
  const inject = (call: string, error: string, when: string) => [
    ...straceArguments,
    ...['-e', `inject=${call}:error=${error}:when=${when}`],
  ]
  const expectNoneTooEarly = async () =>
    expect((await accountOf(join(folder, 'trace'))).tooEarly, 'acknowledged without a sync that ended well').toEqual([])

  it.each([1, 2, 5, 20])(
    'F14: acknowledges nothing after an EIO of sync number %i, and stops at once',
    async (k) => {
      const lines = await traceLedger(inject('fdatasync', 'EIO', String(k)), ['120', '4'])
      const failedAt = lines.findIndex((line) => line.startsWith('fail '))
      expect(failedAt).toBeGreaterThanOrEqual(0)
      const after = lines.slice(failedAt, -1)
      expect(after.filter((line) => !/^fail ledger-\d+ storage-failed$/.test(line))).toEqual([])
      expect(lines.at(-1)).toBe('closed')
      expect(await readdir(folder), 'the log is left for the next start').toContain('hearth.db-wal')
      const stored = await storedIds()
      expect(idsOf(lines, 'ack').filter((id) => !stored.includes(id ?? ''))).toEqual([])
      await expectNoneTooEarly()
    },
    60_000,
  )

  it('F14: does not open when it cannot sync what it has made', async () => {
    expect(await traceLedger(inject('fsync', 'EIO', '1+'), ['10', '2'])).toEqual(['open-failed storage-failed'])
  }, 60_000)

  // strace counts by thread: the thread that serves does two, the thread of the checkpoints at least four.
  it.each([3, 4])(
    'F14: acknowledges nothing after an EIO of sync number %i of a checkpoint',
    async (k) => {
      await storedIds()
      const lines = await traceLedger(inject('fsync', 'EIO', String(k)), ['900', '2'])
      const failedAt = lines.findIndex((line) => !line.startsWith('ack '))
      expect(lines[failedAt]).toMatch(/^fail ledger-\d+ storage-failed$/)
      expect(idsOf(lines.slice(failedAt), 'ack')).toEqual([])
      await expectNoneTooEarly()
    },
    60_000,
  )

  it('F13: goes on by itself after a sync that found the disk full, and loses nothing it has acknowledged', async () => {
    const lines = await traceLedger(inject('fdatasync', 'ENOSPC', '4..6'), ['120', '4'])
    const failures = lines.filter((line) => line.startsWith('fail '))
    expect(failures.length).toBeGreaterThan(0)
    expect(failures.filter((line) => !line.endsWith(' storage-full'))).toEqual([])
    expect(lines.at(-2)).toMatch(/^ack /)
    const acknowledged = idsOf(lines, 'ack')
    expect(acknowledged.length + failures.length).toBe(120)
    const stored = await storedIds()
    expect(acknowledged.filter((id) => !stored.includes(id ?? ''))).toEqual([])
    await expectNoneTooEarly()
  }, 60_000)
})

type FullDiskReport = {
  readonly acknowledged: readonly string[]
  readonly acknowledgedWhileFull: readonly string[]
  readonly failures: readonly string[]
  readonly readWhileFull: readonly string[]
  readonly readAfter: readonly string[]
  readonly readAgain: readonly string[]
}

describe.skipIf(without.mounts)(`a full disk${without.mounts}`, () => {
  it.each([12, 24])(
    'F13: of %i MB fails writes with storage-full, still reads, and recovers without a restart',
    async (size) => {
      const mount = `mount -t tmpfs -o size=${size}m none "$1" && exec "$2" "$3" "$1"`
      const { output, errors } = await runCommand('unshare', [
        ...['-m', 'sh', '-c', mount, 'sh', folder, process.execPath, scriptPath('disk-full.ts')],
      ])
      expect(errors).toBe('')
      const report = JSON.parse(output) as FullDiskReport
      expect(new Set(report.failures)).toEqual(new Set(['storage-full']))
      expect(report.acknowledged.filter((id) => id.startsWith('after-'))).toHaveLength(5)
      expect(report.readWhileFull).toEqual(report.acknowledgedWhileFull.toSorted())
      expect(report.readAfter).toEqual(report.acknowledged.toSorted())
      expect(report.readAgain).toEqual(report.acknowledged.toSorted())
    },
    120_000,
  )
})

describe('a database that another process writes to', () => {
  let place: Place
  beforeEach(async () => {
    place = await createPlace('sqlite')
  })
  afterEach(() => place.remove())

  it('F15: waits for it with the event loop free, and then writes', async () => {
    const database = await place.open()
    const other = new DatabaseSync(join(place.folder, 'hearth.db'))
    other.exec('begin immediate')
    let isWritten = false
    const writing = addBrain(database, 'waited').then(() => {
      isWritten = true
    })
    // The loop goes round a hundred times while the write waits, and readers read.
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect([isWritten, await brainIds(database)]).toEqual([false, []])
    other.exec('rollback')
    await writing
    expect(await brainIds(database)).toEqual(['waited'])
    other.close()
    await database.close()
  })

  it('F15: says storage-busy and when to come again once the time is over, and loses no later write', async () => {
    const database = await place.open({ busyTimeoutMs: 100 })
    const other = new DatabaseSync(join(place.folder, 'hearth.db'))
    other.exec('begin exclusive')
    let turns = 0
    const turning = setInterval(() => {
      turns += 1
    }, 1)
    const refused = await Promise.allSettled([addBrain(database, 'one'), addBrain(database, 'two')])
    clearInterval(turning)
    expect(refused).toMatchObject([
      { status: 'rejected', reason: { code: 'storage-busy', retryAfterMs: 1000 } },
      { status: 'rejected', reason: { code: 'storage-busy', retryAfterMs: 1000 } },
    ])
    expect(turns).toBeGreaterThan(3)
    other.exec('rollback')
    await addBrain(database, 'three')
    expect(await brainIds(database)).toEqual(['three'])
    other.close()
    await database.close()
  })
})
