import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Log, silentLog } from '../../src/core/index.ts'
import { lockFolder, openDatabase } from '../../src/storage/index.ts'
import { addBrain, brainIds, createPlace, databaseKinds, type Place, withoutPostgres } from './storage/databases.ts'
import { runScript } from './storage/scripts.ts'

let place: Place
let path: string
const beside = (name: string) => join(place.folder, name)

/** Every file of the folder with its bytes and its last change. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).toSorted()
  const entries = names.map(async (name) => {
    const file = join(folder, name)
    const { mtimeMs } = await stat(file)
    return [
      name,
      `${createHash('sha256')
        .update(await readFile(file))
        .digest('hex')} ${mtimeMs}`,
    ] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

async function expectRefusal(detail: RegExp): Promise<void> {
  const before = await contents(place.folder)
  const opening = place.open()
  await expect(opening).rejects.toMatchObject({ code: 'database-unusable', detail: expect.stringMatching(detail) })
  await expect(opening).rejects.toMatchObject({
    detail: expect.stringMatching(/backup in its place|install that version/),
  })
  expect(await contents(place.folder)).toEqual(before)
}

/** A database of ours with `rows` brains, closed properly. */
async function makeDatabase(rows = 3): Promise<void> {
  const database = await place.open()
  for (let row = 0; row < rows; row += 1) await addBrain(database, `brain-${row}`)
  await database.close()
}

const alter = (statement: string) => {
  const database = new DatabaseSync(path)
  database.exec(statement)
  database.close()
}

/** Leaves what a killed process leaves: the file and its log, the log not yet in the file. */
async function makeUnclean(statement: string): Promise<void> {
  const copy = beside('copy')
  await mkdir(copy)
  const database = new DatabaseSync(path)
  database.exec(`pragma wal_autocheckpoint = 0; ${statement}`)
  for (const suffix of ['', '-wal']) await copyFile(path + suffix, join(copy, `hearth.db${suffix}`))
  database.close()
  for (const suffix of ['', '-wal']) await copyFile(join(copy, `hearth.db${suffix}`), path + suffix)
  await rm(copy, { recursive: true })
}

beforeEach(async () => {
  place = await createPlace('sqlite')
  path = beside('hearth.db')
})
afterEach(() => place.remove())

describe('opening a database file', () => {
  it('makes one that only its owner can read, with our mark in it', async () => {
    const database = await place.open()
    await addBrain(database, 'first')
    for (const name of await readdir(place.folder))
      expect([name, (await stat(beside(name))).mode & 0o777]).toEqual([name, 0o600])
    await database.close()
    expect(await readdir(place.folder)).toEqual(['hearth.db'])
    expect((await readFile(path)).readUInt32BE(68).toString(16)).toBe('48525448')
  })

  it('LUMIA-37: understands sqlite:///./x.db as a file of the data folder, and absolute paths as they are', async () => {
    const open = (url: string) => openDatabase({ url, folder: place.folder, log: silentLog })
    for (const url of ['sqlite:///./lumia.db', 'sqlite:nested/other.db', `sqlite:///${beside('absolute.db')}`]) {
      await (await open(url)).close()
    }
    expect((await readdir(place.folder)).toSorted()).toEqual(['absolute.db', 'lumia.db', 'nested'])
    await expect(open('mysql://localhost/x')).rejects.toMatchObject({ code: 'invalid-configuration' })
  })

  it('goes on where a killed process has stopped', async () => {
    await makeDatabase(2)
    await makeUnclean(
      `insert into brains (id, owner_id, name, is_default, created_at) values ('left', 'o', 'left', 0, 1)`,
    )
    const database = await place.open()
    expect(await brainIds(database)).toEqual(['brain-0', 'brain-1', 'left'])
    await database.close()
  })

  it('starts again after a start that was killed while it made the file', async () => {
    await writeFile(beside('hearth.db.new'), 'half')
    await writeFile(beside('hearth.db.new-journal'), 'half')
    await makeDatabase()
    expect(await readdir(place.folder)).toEqual(['hearth.db'])
  })

  it.each([
    ['text', async () => writeFile(path, 'This is no database, and longer than a hundred bytes. '.repeat(10))],
    ['one byte', async () => writeFile(path, 'x')],
    ['zeros', async () => writeFile(path, Buffer.alloc(8192))],
    [
      'a file cut off',
      async () => {
        await makeDatabase()
        await truncate(path, 3 * 4096)
      },
    ],
    [
      'a file whose pages were overwritten',
      async () => {
        await makeDatabase()
        const bytes = await readFile(path)
        await writeFile(path, bytes.fill(0xa5, 5 * 4096, 9 * 4096))
      },
    ],
  ])('refuses %s, untouched, and says how to restore', async (_, damage) => {
    await damage()
    await expectRefusal(/can be read|damaged|not a database/)
  })

  it('refuses a damaged file with a log, untouched', async () => {
    await makeDatabase(500)
    await makeUnclean('update brains set is_default = 1')
    const bytes = await readFile(path)
    await writeFile(path, bytes.fill(0x5a, bytes.length - 8 * 4096))
    await expectRefusal(/can be read|damaged/)
  })

  it("refuses another program's database, untouched", async () => {
    alter('create table users (id text); insert into users values (1)')
    await expectRefusal(/not a database of Hearth/)
    alter('pragma journal_mode = wal; pragma application_id = 77; insert into users values (2)')
    await expectRefusal(/not a database of Hearth/)
  })

  it('refuses a log whose database is gone, untouched', async () => {
    await makeDatabase()
    await writeFile(`${path}-wal`, 'of a database that was moved without it')
    await writeFile(path, '')
    await expectRefusal(/missing or empty/)
  })

  it('refuses a database of a newer version, untouched, whether it was closed or killed', async () => {
    await makeDatabase()
    alter(`insert into hearth_migrations values ('9001-from-the-future', 1)`)
    await expectRefusal(/newer version .*9001-from-the-future/)
    await makeUnclean(`insert into hearth_migrations values ('9002-from-the-future', 1)`)
    await expectRefusal(/newer version .*9002-from-the-future/)
  })

  it('complaint 9: copies an older database before it upgrades it, and keeps its rows', async () => {
    await makeDatabase()
    alter(`drop table timeline; drop table timeline_terms;
      delete from hearth_migrations where name like '0004%'; pragma user_version = 3`)
    const events: unknown[] = []
    const log: Log = { ...silentLog, info: (event, fields) => events.push([event, fields]) }
    const database = await place.open({ log })
    expect(await brainIds(database)).toEqual(['brain-0', 'brain-1', 'brain-2'])
    expect((await sql`select count(*) as count from timeline`.execute(database.read)).rows).toEqual([{ count: 0 }])
    await database.close()
    const [copy] = await readdir(beside('backups'))
    const copyPath = join(beside('backups'), copy ?? '')
    expect(events).toEqual([['database-upgraded', { snapshot: copyPath, migrations: ['0004-timeline-entries'] }]])
    expect([(await stat(copyPath)).mode & 0o777, (await stat(beside('backups'))).mode & 0o777]).toEqual([0o600, 0o700])
    const old = new DatabaseSync(copyPath, { readOnly: true })
    expect(old.prepare('select count(*) as count from brains').get()).toEqual({ count: 3 })
    expect(old.prepare(`select name from sqlite_schema where name = 'timeline'`).all()).toEqual([])
    old.close()
  })

  it('complaint 9: leaves an older database as it was when the upgrade fails', async () => {
    await makeDatabase()
    alter(`delete from hearth_migrations where name like '0004%'`)
    await expect(place.open()).rejects.toThrow(/timeline already exists/)
    const names = new DatabaseSync(path, { readOnly: true }).prepare('select count(*) as count from hearth_migrations')
    expect(names.get()).toEqual({ count: 3 })
  })
})

describe('locking a data folder', () => {
  it('refuses a second process with the id of the first, and a second lock of the same process', async () => {
    const lock = lockFolder(place.folder)
    const other = await runScript('lock-folder.ts', [place.folder])
    expect(other.output).toContain(
      `database-in-use: The data folder ${place.folder} is in use by the process ${process.pid}`,
    )
    expect(() => lockFolder(place.folder)).toThrow(String(process.pid))
    lock.release()
    const next = await runScript('lock-folder.ts', [place.folder])
    expect(next.output).toContain('locked')
  })

  it('is free again when its holder was killed', async () => {
    const { output, signal } = await runScript('lock-folder.ts', [place.folder, 'kill'])
    expect([output.includes('locked'), signal]).toEqual([true, 'SIGKILL'])
    lockFolder(place.folder).release()
  })

  it('makes a folder that only its owner can enter', async () => {
    const folder = beside('made/for/us')
    lockFolder(folder).release()
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })
})

describe.runIf(databaseKinds.includes('postgres'))(`opening a PostgreSQL database${withoutPostgres}`, () => {
  let schema: Place
  beforeEach(async () => {
    schema = await createPlace('postgres')
  })
  afterEach(() => schema.remove())

  it('lets starts at the same time take turns', async () => {
    const databases = await Promise.all(Array.from({ length: 5 }, () => schema.open()))
    await Promise.all(databases.map((database, index) => addBrain(database, `brain-${index}`)))
    for (const database of databases) {
      expect(await brainIds(database)).toHaveLength(5)
      await database.close()
    }
  })

  it('refuses a schema of a newer version and one of another program, and changes neither', async () => {
    await schema.run('create table users (id text)')
    await expect(schema.open()).rejects.toMatchObject({ code: 'database-unusable' })
    const tables = 'select tablename from pg_tables where schemaname = current_schema()'
    expect(await schema.run(tables)).toEqual([{ tablename: 'users' }])
    await schema.run('drop table users')
    await (await schema.open()).close()
    await schema.run(`insert into hearth_migrations values ('9001-from-the-future', 1)`)
    await expect(schema.open()).rejects.toMatchObject({ code: 'database-unusable' })
  })

  it('F16: says that the database cannot be reached, and goes on when it can', async () => {
    const nowhere = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', folder: place.folder, log: silentLog })
    await expect(nowhere).rejects.toMatchObject({ code: 'storage-unreachable' })
    const database = await schema.open()
    const killed = database.write(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await schema.run(`select pg_terminate_backend(${rows[0]?.pid})`)
      await sql`select 1`.execute(tx)
    })
    await expect(killed).rejects.toMatchObject({ code: 'storage-unreachable', retryAfterMs: expect.any(Number) })
    await addBrain(database, 'after')
    expect(await brainIds(database)).toEqual(['after'])
    await database.close()
  })
})
