import { randomUUID } from 'node:crypto'
import pg from 'pg'

export type DatabaseKind = 'sqlite' | 'postgres'

/** The databases that a suite runs on: PostgreSQL too when `TEST_DATABASE_URL` names a server. */
export const databases: readonly DatabaseKind[] = process.env.TEST_DATABASE_URL ? ['sqlite', 'postgres'] : ['sqlite']

/** A database of its own for one server: the file in its data folder, or a fresh one on the PostgreSQL server. */
export async function createDatabase(
  kind: DatabaseKind,
): Promise<{ env: Record<string, string>; drop: () => Promise<void> }> {
  const server = process.env.TEST_DATABASE_URL
  if (kind === 'sqlite' || server === undefined) return { env: {}, drop: async () => undefined }
  const name = `hearth_${randomUUID().replaceAll('-', '')}`
  await onServer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { env: { DATABASE_URL: url.href }, drop: () => onServer(server, `drop database ${name} with (force)`) }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
