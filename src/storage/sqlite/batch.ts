import type { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import type { WriteTransaction } from '../database.ts'

/** One call of `write` on its way: what it does, and how its caller learns of the end. */
export type QueuedWrite = {
  readonly work: (tx: WriteTransaction) => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly queuedAtMs: number
}

/** A write whose transaction has been run: `settle` tells its caller, and must wait for the disk. */
export type RunWrite = { readonly write: QueuedWrite; readonly settle: () => void }

/** A batch that could not be committed, with the writes that were in it: none of them has happened. */
export class BatchError extends Error {
  readonly writes: readonly QueuedWrite[]

  constructor(writes: readonly QueuedWrite[], cause: unknown) {
    super('The batch was not committed', { cause })
    this.writes = writes
  }
}

// biome-ignore lint/complexity/noBannedTypes: each room adds its own tables; the empty schema is what they add to
type Deps = { readonly database: DatabaseSync; readonly kysely: Kysely<{}> }

/** Runs one write in a savepoint of its own, so that its failure undoes nothing but itself. */
async function attempt({ database, kysely }: Deps, write: QueuedWrite): Promise<RunWrite> {
  try {
    const value = await kysely.transaction().execute(write.work)
    return { write, settle: () => write.resolve(value) }
  } catch (error) {
    // A full or failing disk can undo the whole transaction, and then the others of the batch are gone too.
    if (!database.isTransaction) throw error
    return { write, settle: () => write.reject(error) }
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    if (database.isTransaction) database.exec('rollback')
  } catch {
    // What brought us here is the failure to tell; a transaction that stays open fails the next batch at its begin.
  }
}

/**
 * Runs writes one after the other in the transaction that has been begun, and commits it.
 * @param next - gives the next write, or `undefined` when the batch is long enough
 * @throws BatchError when nothing of the batch was stored
 */
export async function runBatch(deps: Deps, next: () => QueuedWrite | undefined): Promise<readonly RunWrite[]> {
  const writes: QueuedWrite[] = []
  const done: RunWrite[] = []
  try {
    for (let write = next(); write; write = next()) {
      writes.push(write)
      done.push(await attempt(deps, write))
    }
    deps.database.exec('commit')
    return done
  } catch (error) {
    rollBack(deps.database)
    throw new BatchError(writes, error)
  }
}
