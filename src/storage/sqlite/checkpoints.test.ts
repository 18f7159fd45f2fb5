import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../core/index.ts'
import { type CheckpointReply, type CheckpointRequest, createCheckpointer } from './checkpointer.ts'
import { createCheckpoints } from './checkpoints.ts'

const IOERR_FSYNC = 1034
const FULL = 13

let folder: string
let path: string
let database: DatabaseSync

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-checkpoints-'))
  path = join(folder, 'a.db')
  database = new DatabaseSync(path)
  database.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table rows (text text)')
})
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

const grow = (frames: number) => {
  const insert = database.prepare('insert into rows values (?)')
  database.exec('begin')
  for (let row = 0; row < frames; row += 1) insert.run('x'.repeat(3000))
  database.exec('commit')
}

/** Replies as it is told, and notes what it was asked. */
function scripted(replies: readonly CheckpointReply[]) {
  const asked: CheckpointRequest[] = []
  const run = async (request: CheckpointRequest) => {
    asked.push(request)
    return replies[asked.length - 1] ?? { type: 'done' as const, remainingFrames: 0 }
  }
  return { asked, run, close: async () => undefined }
}

function setUp(checkpointer: Parameters<typeof createCheckpoints>[0]['checkpointer']) {
  const failures: string[] = []
  const onFailure = (message: string) => failures.push(message)
  return { failures, checkpoints: createCheckpoints({ database, checkpointer, log: silentLog, onFailure }) }
}

describe('checkpoints', () => {
  it('leaves a short log alone', async () => {
    const checkpointer = scripted([])
    const { checkpoints } = setUp(checkpointer)
    grow(200)
    checkpoints.consider()
    await checkpoints.idle()
    expect(checkpointer.asked).toEqual([])
  })

  it('copies a long log in passes, and holds writes for the last one alone', async () => {
    const checkpointer = scripted([
      { type: 'done', remainingFrames: 900 },
      { type: 'done', remainingFrames: 100 },
    ])
    const { checkpoints } = setUp(checkpointer)
    grow(1200)
    checkpoints.consider()
    expect(checkpoints.hold()).toBeUndefined()
    checkpoints.consider()
    await checkpoints.idle()
    expect(checkpointer.asked.map(({ startsNewRound }) => startsNewRound)).toEqual([false, false, true])
    expect(checkpoints.hold()).toBeUndefined()
  })

  it('F14: reports a sync that failed, and not a disk that is full', async () => {
    for (const [resultCode, failures] of [
      [IOERR_FSYNC, ['broken']],
      [FULL, []],
      [undefined, []],
    ] as const) {
      const subject = setUp(scripted([{ type: 'failed', resultCode, message: 'broken' }]))
      grow(1200)
      subject.checkpoints.consider()
      await subject.checkpoints.idle()
      expect(subject.failures).toEqual(failures)
    }
  })

  it('in its thread, brings the whole log into the file and begins it anew', async () => {
    const checkpointer = createCheckpointer(path)
    const { checkpoints, failures } = setUp(checkpointer)
    const sizes: number[] = []
    for (let round = 0; round < 4; round += 1) {
      grow(1200)
      checkpoints.consider()
      await checkpoints.idle()
      const { log, checkpointed } = database.prepare('pragma wal_checkpoint(noop)').get() ?? {}
      expect({ log, checkpointed }).toEqual({ log: 1, checkpointed: 0 })
      sizes.push((await stat(`${path}-wal`)).size)
    }
    expect(Math.max(...sizes)).toBeLessThan(1.1 * (sizes[0] ?? 0))
    expect(failures).toEqual([])
    await checkpointer.close()
    await checkpointer.close()
  })
})
