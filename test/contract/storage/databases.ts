import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { createId, type Log, silentLog } from '../../../src/core/index.ts'
import { type Database, openDatabase } from '../../../src/storage/index.ts'

export type DatabaseKind = 'sqlite' | 'postgres'

const postgresUrl = process.env.TEST_DATABASE_URL

/** The databases this run can reach; the second is there when `TEST_DATABASE_URL` names a server. */
export const databaseKinds: readonly DatabaseKind[] = postgresUrl ? ['sqlite', 'postgres'] : ['sqlite']

/** What a title says where PostgreSQL is not tested. */
export const withoutPostgres = postgresUrl ? '' : ' (skipped: TEST_DATABASE_URL is not set)'

/** An empty place for a database: a folder of its own and, on PostgreSQL, a schema of its own. */
export type Place = {
  readonly kind: DatabaseKind
  readonly folder: string
  readonly url: string
  readonly open: (options?: { busyTimeoutMs?: number; log?: Log }) => Promise<Database>
  /** Runs SQL on the server past the storage room; PostgreSQL only. */
  readonly run: (statement: string) => Promise<readonly Record<string, unknown>[]>
  readonly remove: () => Promise<void>
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function createSchema(): Promise<{ url: string; drop: () => Promise<void> }> {
  if (!postgresUrl) throw new Error('TEST_DATABASE_URL is not set')
  const schema = `test_${createId().replaceAll('-', '')}`
  await withClient(postgresUrl, (client) => client.query(`create schema ${schema}`))
  const url = new URL(postgresUrl)
  url.searchParams.set('options', `-c search_path=${schema}`)
  const drop = async () => {
    await withClient(postgresUrl, (client) => client.query(`drop schema ${schema} cascade`))
  }
  return { url: url.href, drop }
}

export async function createPlace(kind: DatabaseKind): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-storage-'))
  const schema = kind === 'postgres' ? await createSchema() : undefined
  const url = schema?.url ?? 'sqlite'
  return {
    kind,
    folder,
    url,
    open: ({ busyTimeoutMs = 5000, log = silentLog } = {}) => openDatabase({ url, folder, log }, { busyTimeoutMs }),
    run: (statement) => withClient(url, async (client) => (await client.query(statement)).rows),
    remove: async () => {
      await schema?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Columns the tests fill; the rooms declare their own. */
export type TestTables = {
  brains: {
    id: string
    ownerId: string
    name: string
    isDefault: number
    createdAt: number
    archivedAt: number | null
  }
}

export const brain = (id: string, name = id): TestTables['brains'] => ({
  id,
  ownerId: 'owner',
  name,
  isDefault: 0,
  createdAt: 1_795_000_000_000,
  archivedAt: null,
})

export const addBrain = (database: Database, id: string, name = id): Promise<unknown> =>
  database.write((tx) => tx.withTables<TestTables>().insertInto('brains').values(brain(id, name)).execute())

export async function brainIds(database: Database): Promise<readonly string[]> {
  const rows = await database.read.withTables<TestTables>().selectFrom('brains').select('id').orderBy('id').execute()
  return rows.map(({ id }) => id)
}
