import type { Dialect } from './dialect.ts'
import { type Migration, migrations } from './migrations/index.ts'

/** Where the names of the applied migrations are kept, in either database. */
export const migrationsTable = (dialect: Dialect): string =>
  `create table hearth_migrations (
    name ${dialect.text} not null primary key,
    applied_at ${dialect.bigint} not null
  ) ${dialect.tableEnd}`

/** The migrations that are still to be taken, and the names that only a newer version knows. */
export function compareMigrations(applied: readonly string[]): {
  readonly pending: readonly Migration[]
  readonly unknown: readonly string[]
} {
  const known = new Set(migrations.map(({ name }) => name))
  const done = new Set(applied)
  return {
    pending: migrations.filter(({ name }) => !done.has(name)),
    unknown: applied.filter((name) => !known.has(name)),
  }
}
