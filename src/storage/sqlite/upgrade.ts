import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteDialect } from '../dialect.ts'
import { migrationsTable } from '../migrate.ts'
import { type Migration, migrations } from '../migrations/index.ts'
import { createPrivateFile, sizeOf, syncFile, syncFolderOf } from './file.ts'
import { APPLICATION_ID } from './inspect.ts'

/** Takes the migrations in one transaction: all of them are in the file afterwards, or none is. */
function migrate(database: DatabaseSync, pending: readonly Migration[], now: () => Date): void {
  database.exec('begin immediate')
  try {
    const note = database.prepare('insert into hearth_migrations (name, applied_at) values (?, ?)')
    for (const { name, statements } of pending) {
      for (const statement of statements(sqliteDialect)) database.exec(statement)
      note.run(name, now().getTime())
    }
    database.exec(`pragma user_version = ${migrations.length}`)
    database.exec('commit')
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

/**
 * Makes a database file. It is built under another name and takes its own when it is whole and on the disk, so that no
 * start ever meets a half-made one.
 */
export async function createFile(path: string, now: () => Date): Promise<void> {
  const unfinished = `${path}.new`
  for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(`${unfinished}${suffix}`, { force: true })
  await createPrivateFile(unfinished)
  const database = new DatabaseSync(unfinished)
  try {
    database.exec(`pragma application_id = ${APPLICATION_ID}`)
    database.exec(migrationsTable(sqliteDialect))
    migrate(database, migrations, now)
    database.exec('pragma journal_mode = wal')
  } finally {
    database.close()
  }
  await syncFile(unfinished)
  await rename(unfinished, path)
  await syncFolderOf(path)
}

/** Copies a database as it is now into `<folder>/backups/`, and gives the path of the copy. */
async function snapshot(
  database: DatabaseSync,
  place: { path: string; folder: string; now: () => Date },
): Promise<string> {
  const backups = join(place.folder, 'backups')
  await mkdir(backups, { recursive: true, mode: 0o700 })
  const instant = place.now().toISOString().replaceAll(/[:.]/g, '-')
  const copy = join(backups, `${basename(place.path, '.db')}-before-upgrade-${instant}.db`)
  await createPrivateFile(copy)
  try {
    database.prepare('vacuum into ?').run(copy)
    if (!(await sizeOf(copy))) throw new Error('The snapshot is empty')
    await syncFile(copy)
    await syncFolderOf(copy)
  } catch (error) {
    await rm(copy, { force: true })
    throw error
  }
  return copy
}

/** Brings an older file up to this version, after a snapshot of it. */
export async function upgradeFile(
  database: DatabaseSync,
  pending: readonly Migration[],
  place: { path: string; folder: string; now: () => Date },
): Promise<string> {
  const copy = await snapshot(database, place)
  migrate(database, pending, place.now)
  return copy
}
