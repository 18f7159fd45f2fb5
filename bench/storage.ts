// How many durable writes a second the database takes from 64 callers, against one row per commit on the same disk, and
// how long the event loop was held up meanwhile, against a loop that only waits on the same machine.
// Run: node_modules/.bin/node bench/storage.ts [folder on the disk to measure] [seconds]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { createId, silentLog } from '../src/core/index.ts'
import { type Database, openDatabase } from '../src/storage/index.ts'

type Tables = {
  turnEvents: {
    turnId: string
    firstNumber: number
    lastNumber: number
    ownerId: string
    events: string
    createdAt: number
  }
}

const CALLERS = 64
const NANOSECONDS_PER_MS = 1e6
const ROW = 'x'.repeat(200)
const seconds = Number(process.argv[3] ?? 5)

/** One row per commit, each synced by SQLite itself before the next begins. */
function measureOneRow(path: string): number {
  const database = new DatabaseSync(path)
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table rows (id integer primary key, text text)',
  )
  const insert = database.prepare('insert into rows (text) values (?)')
  const startedAtMs = performance.now()
  let count = 0
  for (; performance.now() - startedAtMs < seconds * 1000; count += 1) insert.run(ROW)
  const ratePerSecond = count / ((performance.now() - startedAtMs) / 1000)
  database.close()
  return ratePerSecond
}

async function addTurn(database: Database, turnId: string): Promise<void> {
  await database.write(async (tx) => {
    await sql`insert into conversations (id, owner_id, brain_id, kind, title, created_at, updated_at)
      values (${turnId}, 'bench', 'bench', 'chat', '', 0, 0)`.execute(tx)
    await sql`insert into turns (id, owner_id, brain_id, conversation_id, assistant_message_id, kind, status, parameters,
      created_at) values (${turnId}, 'bench', 'bench', ${turnId}, '', 'answer', 'running', '{}', 0)`.execute(tx)
  })
}

async function measureCallers(database: Database): Promise<{ ratePerSecond: number; p50Ms: number; p99Ms: number }> {
  const turnIds = Array.from({ length: CALLERS }, () => createId())
  for (const turnId of turnIds) await addTurn(database, turnId)
  const startedAtMs = performance.now()
  const endsAtMs = startedAtMs + seconds * 1000
  const latenciesMs: number[] = []
  const call = async (turnId: string) => {
    for (let number = 1; performance.now() < endsAtMs; number += 1) {
      const row = { turnId, firstNumber: number, lastNumber: number, ownerId: 'bench', events: ROW, createdAt: number }
      const calledAtMs = performance.now()
      await database.write((tx) => tx.withTables<Tables>().insertInto('turnEvents').values(row).execute())
      latenciesMs.push(performance.now() - calledAtMs)
    }
  }
  await Promise.all(turnIds.map(call))
  const ratePerSecond = latenciesMs.length / ((performance.now() - startedAtMs) / 1000)
  latenciesMs.sort((a, b) => a - b)
  const quantile = (part: number) => latenciesMs[Math.floor(latenciesMs.length * part)] ?? 0
  return { ratePerSecond, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}

const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'hearth-bench-'))
try {
  const oneRow = measureOneRow(join(folder, 'one-row.db'))
  const database = await openDatabase({ url: 'sqlite', folder, log: silentLog })
  const loop = monitorEventLoopDelay({ resolution: 1 })
  const inMs = (nanoseconds: number) => Number((nanoseconds / NANOSECONDS_PER_MS).toFixed(1))
  loop.enable()
  await delay(seconds * 1000)
  const idle = { max: inMs(loop.max), p99: inMs(loop.percentile(99)) }
  loop.reset()
  const { ratePerSecond, p50Ms, p99Ms } = await measureCallers(database)
  loop.disable()
  await database.close()
  const figures = {
    oneRowCommitsPerSecond: Math.round(oneRow),
    writesPerSecond: Math.round(ratePerSecond),
    timesOneRow: Number((ratePerSecond / oneRow).toFixed(1)),
    writeP50Ms: Number(p50Ms.toFixed(2)),
    writeP99Ms: Number(p99Ms.toFixed(2)),
    eventLoopDelayMs: { p99: inMs(loop.percentile(99)), max: inMs(loop.max) },
    eventLoopDelayIdleMs: idle,
  }
  process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
