// Fills the small disk on which the folder of its first argument lies, and tells as JSON what the database made of it.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemError, silentLog } from '../../../src/core/index.ts'
import { type Database, openDatabase } from '../../../src/storage/index.ts'
import { addBrain, brainIds } from './databases.ts'

const folder = process.argv[2] ?? ''
const ROW_BYTES = 60_000
const acknowledged: string[] = []
const failures: string[] = []

async function tryToAdd(database: Database, id: string): Promise<void> {
  try {
    await addBrain(database, id, id.padEnd(ROW_BYTES, '.'))
    acknowledged.push(id)
  } catch (error) {
    failures.push(error instanceof ProblemError ? error.code : String(error))
  }
}

/** Takes all the space that is left, and gives the file that takes it. */
function fillDisk(): string {
  const ballast = join(folder, 'ballast')
  const file = openSync(ballast, 'w')
  try {
    while (writeSync(file, Buffer.alloc(4096)) > 0);
  } catch {
    // Full: that is what was wanted.
  } finally {
    closeSync(file)
  }
  return ballast
}

const open = () => openDatabase({ url: 'sqlite', folder, log: silentLog }, { busyTimeoutMs: 1000 })
let database = await open()
for (let row = 0; row < 5; row += 1) await tryToAdd(database, `before-${row}`)
const ballast = fillDisk()
for (let round = 0; round < 40; round += 1) {
  const calls = Array.from({ length: 8 }, (_, call) => tryToAdd(database, `full-${round}-${call}`))
  await Promise.all(calls)
}
const readWhileFull = await brainIds(database)
const acknowledgedWhileFull = [...acknowledged]
rmSync(ballast)
for (let row = 0; row < 5; row += 1) await tryToAdd(database, `after-${row}`)
const readAfter = await brainIds(database)
await database.close()
database = await open()
const readAgain = await brainIds(database)
await database.close()
const report = { acknowledged, acknowledgedWhileFull, failures, readWhileFull, readAfter, readAgain }
writeSync(1, JSON.stringify(report))
