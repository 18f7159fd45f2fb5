/** The few words in which SQLite and PostgreSQL differ when tables are made. Everything else is common SQL. */
export type Dialect = {
  readonly name: 'sqlite' | 'postgres'
  /** Text that compares by code point on both databases, so that both sort and page alike. */
  readonly text: string
  /** Whole numbers up to 2^53: instants in milliseconds, row numbers. */
  readonly bigint: string
  /** A primary key that only grows; a number once given is not given again. */
  readonly identity: string
  /** What stands after the columns of a table. */
  readonly tableEnd: string
}

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  text: 'text',
  bigint: 'integer',
  identity: 'integer primary key autoincrement',
  tableEnd: 'strict',
}

export const postgresDialect: Dialect = {
  name: 'postgres',
  text: 'text collate "C"',
  bigint: 'bigint',
  identity: 'bigint generated always as identity primary key',
  tableEnd: '',
}
