// Writes rows from several callers at once and says on standard output what became of each: `ack <id>` in the moment in
// which `write` has resolved, or `fail <id> <code>`. Run under strace, its lines stand in the trace among the syncs.
// Arguments: the folder, how many rows, how many callers, and `sync` or `no-sync`: the second is the positive control,
// a database that answers before its sync, for which every check must fail.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemError, silentLog } from '../../../src/core/index.ts'
import { openSqlite } from '../../../src/storage/sqlite/open.ts'
import { addBrain } from './databases.ts'

const [folder = '', rows = '100', callers = '8', mode = 'sync'] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`)
const codeOf = (error: unknown) => (error instanceof ProblemError ? error.code : String(error))
const idOf = (number: number) => `ledger-${String(number).padStart(6, '0')}`

const faulty = { syncWith: () => async () => undefined }
const deps = { path: join(folder, 'hearth.db'), folder, now: () => new Date(), log: silentLog }
try {
  const database = await openSqlite({ ...deps, ...(mode === 'no-sync' && faulty) }, { busyTimeoutMs: 1000 })
  let next = 0
  const call = async () => {
    while (next < Number(rows)) {
      next += 1
      const id = idOf(next)
      await addBrain(database, id).then(
        () => say(`ack ${id}`),
        (error: unknown) => say(`fail ${id} ${codeOf(error)}`),
      )
    }
  }
  await Promise.all(Array.from({ length: Number(callers) }, call))
  await database.close()
  say('closed')
} catch (error) {
  say(`open-failed ${codeOf(error)}`)
}
