import type { Config } from './settings.ts'

/** The database of a configuration as one address: `sqlite` stands for the file in the data folder. */
export function databaseUrlOf({ data }: Pick<Config, 'data'>): string {
  const address = data.databaseUrl
  if (address === undefined) return 'sqlite'
  return address.type === 'sqlite' ? `sqlite:///${address.path}` : address.url
}
