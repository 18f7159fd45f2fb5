import { type DatabaseConnection, type Dialect, type Driver, PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'
import type { Log } from '../../core/index.ts'
import { storableParameters } from '../text.ts'
import { translatePostgresError } from './problems.ts'

const INT8 = 20
const NUMERIC = 1700
const MAX_CONNECTIONS = 10

/** Counts, sums and instants come as numbers, as they do from SQLite; the driver gives 64 bits as text. */
const numbersAsNumbers: typeof types = {
  ...types,
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 || oid === NUMERIC ? Number : types.getTypeParser(oid, format),
}

export function createPool(url: string, { connectTimeoutMs, log }: { connectTimeoutMs: number; log: Log }): Pool {
  const pool = new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'hearth',
    keepAlive: true,
    types: numbersAsNumbers,
  })
  // A connection that breaks between two queries has nobody else to tell, and an error nobody hears ends the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn('database-connection-lost', { message: error.message }))
  })
  pool.on('error', () => undefined)
  return pool
}

/** Whatever the driver throws leaves as a problem. */
async function translated<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw translatePostgresError(error)
  }
}

/** A connection with our errors, and with texts that both databases can hold. */
const wrapConnection = (connection: DatabaseConnection): DatabaseConnection => ({
  executeQuery: (query) =>
    translated(connection.executeQuery({ ...query, parameters: storableParameters(query.parameters) })),
  streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
})

function wrapDriver(driver: Driver): Driver {
  const wrapped = new WeakMap<DatabaseConnection, DatabaseConnection>()
  const inner = new WeakMap<DatabaseConnection, DatabaseConnection>()
  const innerOf = (connection: DatabaseConnection) => inner.get(connection) ?? connection
  return {
    init: (options) => driver.init(options),
    destroy: (options) => driver.destroy(options),
    async acquireConnection(options) {
      const connection = await translated(driver.acquireConnection(options))
      const known = wrapped.get(connection) ?? wrapConnection(connection)
      wrapped.set(connection, known)
      inner.set(known, connection)
      return known
    },
    releaseConnection: (connection) => driver.releaseConnection(innerOf(connection)),
    beginTransaction: (connection, settings) => translated(driver.beginTransaction(innerOf(connection), settings)),
    commitTransaction: (connection) => translated(driver.commitTransaction(innerOf(connection))),
    rollbackTransaction: (connection) => translated(driver.rollbackTransaction(innerOf(connection))),
  }
}

/** Kysely's own dialect of PostgreSQL behind our errors. */
export function createPostgresDialect(pool: Pool): Dialect {
  const dialect = new PostgresDialect({ pool })
  return {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => wrapDriver(dialect.createDriver()),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  }
}
