import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { type Log, ProblemError } from '../../core/index.ts'
import type { WriteTransaction } from '../database.ts'
import { BatchError, type QueuedWrite, type RunWrite, runBatch } from './batch.ts'
import type { Checkpoints } from './checkpoints.ts'
import { isBusy, translateSqliteError } from './problems.ts'

/** How long one batch may keep the event loop, roughly: queries run in this thread. */
const MAX_BATCH_MS = 10
const MAX_BATCH_WRITES = 256
const LONGEST_BUSY_PAUSE_MS = 50

type Deps = {
  readonly database: DatabaseSync
  // biome-ignore lint/complexity/noBannedTypes: each room adds its own tables; the empty schema is what they add to
  readonly kysely: Kysely<{}>
  readonly path: string
  /** Brings the log onto the disk. */
  readonly sync: () => Promise<void>
  /** Mends the log after a sync that found the disk full; fails while it still is. */
  readonly mend: () => Promise<void>
  readonly checkpoints: Checkpoints
  readonly log: Log
}

const isFullDisk = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')

/**
 * The one writer. Calls that wait are run together, committed once and synced once; whoever calls meanwhile is in the
 * next batch. No call is answered before a sync that began after its commit has ended well.
 */
export class GroupCommit {
  readonly #deps: Deps
  readonly #busyTimeoutMs: number
  #queue: QueuedWrite[] = []
  #running: Promise<void> | undefined
  /** The sync that found the disk full: until the log is mended, no later sync means anything. */
  #fullDisk: unknown
  #failure: ProblemError | undefined
  #isClosed = false

  constructor(deps: Deps, { busyTimeoutMs }: { readonly busyTimeoutMs: number }) {
    this.#deps = deps
    this.#busyTimeoutMs = busyTimeoutMs
  }

  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#isClosed) return Promise.reject(new ProblemError('shutting-down'))
    return new Promise<T>((resolve, reject) => {
      // The value that comes back is the one `work` has given: the queue holds writes of every type.
      const settle = resolve as (value: unknown) => void
      this.#queue.push({ work, resolve: settle, reject, queuedAtMs: performance.now() })
      this.#running ??= this.#drain()
    })
  }

  /** From now on nothing is written; every call that waits, and every later one, fails with `storage-failed`. */
  fail(cause: unknown): ProblemError {
    if (this.#failure === undefined) {
      this.#failure = new ProblemError('storage-failed', { cause })
      this.#deps.log.error('storage-failed', { reason: cause instanceof Error ? cause.message : String(cause) })
    }
    this.#rejectQueue(this.#failure)
    return this.#failure
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Takes no more writes and resolves when those that were accepted have been answered. */
  async close(): Promise<void> {
    this.#isClosed = true
    while (this.#running !== undefined) await this.#running
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        // Calls made in the same turn of the loop join the batch, and whoever waits for the loop gets it.
        await nextTurn()
        await this.#deps.checkpoints.hold()
        if ((await this.#isMended()) && (await this.#begin())) await this.#runBatch()
      }
    } finally {
      // In the same step as the last look at the queue: a call in between would wait for a run that is over.
      this.#running = undefined
    }
  }

  async #isMended(): Promise<boolean> {
    if (this.#fullDisk === undefined) return true
    try {
      await this.#deps.mend()
      this.#fullDisk = undefined
      return true
    } catch (error) {
      this.#rejectQueue(isFullDisk(error) ? new ProblemError('storage-full', { cause: error }) : this.fail(error))
      return false
    }
  }

  /** Begins a transaction, waiting for another process that writes; gives up each call when its time is over. */
  async #begin(): Promise<boolean> {
    for (let pauseMs = 1; this.#queue.length > 0; pauseMs = Math.min(2 * pauseMs, LONGEST_BUSY_PAUSE_MS)) {
      try {
        this.#deps.database.exec('begin immediate')
        return true
      } catch (error) {
        if (!isBusy(error)) {
          this.#reject(this.#queue.splice(0), error)
          return false
        }
        this.#giveUpWaiting(error)
      }
      await delay(pauseMs)
    }
    return false
  }

  #giveUpWaiting(cause: unknown): void {
    const since = performance.now() - this.#busyTimeoutMs
    const isLate = ({ queuedAtMs }: QueuedWrite) => queuedAtMs <= since
    const late = this.#queue.filter(isLate)
    this.#queue = this.#queue.filter((write) => !isLate(write))
    for (const { reject } of late) reject(new ProblemError('storage-busy', { retryAfterMs: 1000, cause }))
  }

  async #runBatch(): Promise<void> {
    const endsAtMs = performance.now() + MAX_BATCH_MS
    let count = 0
    const next = () => {
      count += 1
      return count > MAX_BATCH_WRITES || (count > 1 && performance.now() > endsAtMs) ? undefined : this.#queue.shift()
    }
    try {
      await this.#sync(await runBatch(this.#deps, next))
    } catch (error) {
      if (!(error instanceof BatchError)) throw error
      this.#reject(error.writes, error.cause)
    }
  }

  async #sync(committed: readonly RunWrite[]): Promise<void> {
    try {
      await this.#deps.sync()
      // A checkpoint may have met the fault meanwhile.
      if (this.#failure) throw this.#failure
    } catch (error) {
      return this.#failSync(committed, error)
    }
    for (const { settle } of committed) settle()
    this.#deps.checkpoints.consider()
  }

  /** The rows are in the log as far as SQLite knows, and perhaps not on the disk: their callers are told the worse. */
  #failSync(committed: readonly RunWrite[], cause: unknown): void {
    const isFull = this.#failure === undefined && isFullDisk(cause)
    if (isFull) {
      this.#fullDisk = cause
      this.#deps.log.warn('sync-found-disk-full')
    }
    const problem = isFull ? new ProblemError('storage-full', { cause }) : this.fail(cause)
    for (const { write } of committed) write.reject(problem)
  }

  #reject(writes: readonly QueuedWrite[], cause: unknown): void {
    const problem = translateSqliteError(cause, this.#deps.path)
    if (problem instanceof ProblemError && problem.code === 'storage-failed') this.fail(cause)
    for (const { reject } of writes) reject(problem)
  }

  #rejectQueue(problem: ProblemError): void {
    for (const { reject } of this.#queue.splice(0)) reject(problem)
  }
}
