import type { DatabaseSync } from 'node:sqlite'
import type { Log } from '../../core/index.ts'
import type { Checkpointer, CheckpointReply } from './checkpointer.ts'

/** 4 MiB of log in pages of 4 KiB: long enough that few syncs go to checkpoints, short enough to start quickly. */
const FRAMES_BEFORE_CHECKPOINT = 1000
/** What may be left when writes are held: copied and synced well within a second even on a slow disk. */
const FRAMES_WHILE_HELD = 500
const MAX_PASSES = 4
const IOERR = 10
const PAUSE_AFTER_FAILURE_MS = 1000

type Deps = {
  readonly database: DatabaseSync
  readonly checkpointer: Checkpointer
  readonly log: Log
  /** Called when a checkpoint could not sync: from then on nothing may be called durable. */
  readonly onFailure: (message: string) => void
}

/** Decides when the log is copied into the database file, and holds writes for the short last part of it. */
export type Checkpoints = {
  /** To be called after each commit. */
  readonly consider: () => void
  /** Resolves when writing may go on: at once, but for the moment in which the log starts a new round. */
  readonly hold: () => Promise<void> | undefined
  /** Resolves when no checkpoint is running. */
  readonly idle: () => Promise<void>
}

/**
 * Copies most of the log while writes go on, then holds them for the rest, so that the log can start again from its
 * beginning however busy the writers are: without the hold it would grow for as long as they write.
 */
export function createCheckpoints({ database, checkpointer, log, onFailure }: Deps): Checkpoints {
  const state = database.prepare('pragma wal_checkpoint(noop)')
  let running: Promise<void> | undefined
  let held: Promise<void> | undefined
  let notBeforeMs = 0

  function fail(reply: CheckpointReply & { type: 'failed' }): void {
    notBeforeMs = performance.now() + PAUSE_AFTER_FAILURE_MS
    log.warn('checkpoint-failed', { resultCode: reply.resultCode, message: reply.message })
    if (((reply.resultCode ?? 0) & 0xff) === IOERR) onFailure(reply.message)
  }

  async function pass(startsNewRound: boolean): Promise<number> {
    const reply = await checkpointer.run({ startsNewRound })
    if (reply.type === 'done') return reply.remainingFrames
    fail(reply)
    return Number.NaN
  }

  async function checkpoint(): Promise<void> {
    let remaining = await pass(false)
    for (let passes = 1; remaining > FRAMES_WHILE_HELD && passes < MAX_PASSES; passes += 1)
      remaining = await pass(false)
    if (Number.isNaN(remaining)) return
    const last = pass(true).then(() => undefined)
    held = last
    await last
    held = undefined
  }

  return {
    consider() {
      if (running || performance.now() < notBeforeMs) return
      const { log: frames, checkpointed } = state.get() ?? {}
      if (Number(frames) - Number(checkpointed) < FRAMES_BEFORE_CHECKPOINT) return
      running = checkpoint().finally(() => {
        running = undefined
      })
    },
    hold: () => held,
    idle: async () => running,
  }
}
