// Runs in a thread of its own: a checkpoint syncs two files, and the event loop must not wait for a disk.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckpointReply, CheckpointRequest } from './checkpointer.ts'
import { resultCode } from './problems.ts'

const database = new DatabaseSync(String(workerData), { timeout: 1000 })
database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0; pragma cache_size = -1000')
const checkpoint = database.prepare('pragma wal_checkpoint(passive)')
const version = database.prepare('pragma user_version')

function run({ startsNewRound }: CheckpointRequest): CheckpointReply {
  try {
    const { log, checkpointed } = checkpoint.get() ?? {}
    // The first write after a whole checkpoint syncs the log's new header: here, not in the thread that serves.
    if (startsNewRound && log === checkpointed) {
      database.exec(`pragma user_version = ${Number(version.get()?.user_version)}`)
    }
    return { type: 'done', remainingFrames: Number(log) - Number(checkpointed) }
  } catch (error) {
    return { type: 'failed', resultCode: resultCode(error), message: error instanceof Error ? error.message : '' }
  }
}

parentPort?.on('message', (request: CheckpointRequest | 'close') => {
  if (request !== 'close') return parentPort?.postMessage(run(request))
  database.close()
  return parentPort?.close()
})
