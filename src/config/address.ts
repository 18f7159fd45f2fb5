import { resolve } from 'node:path'
import { type Kind, kindOf } from './kind.ts'

/** Where the database is: a SQLite file, or a PostgreSQL server in libpq's URL form. */
export type DatabaseAddress =
  | { readonly type: 'sqlite'; readonly path: string }
  | { readonly type: 'postgres'; readonly url: string }

const loopback: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]', '': '127.0.0.1' }

/** Puts the scheme and the port there when they are missing; bare IPv6 (`::1`) gets its brackets. */
function withScheme(text: string, defaultPort: string): string {
  if (text.includes('://')) return text
  const [, authority = '', path = ''] = /^([^/]*)(.*)$/.exec(text) ?? []
  if ((authority.match(/:/g)?.length ?? 0) > 1 && !authority.startsWith('[')) {
    return `http://[${authority}]${defaultPort}${path}`
  }
  const port = /:\d+$/.exec(authority)?.[0]
  const name = port ? authority.slice(0, -port.length) : authority
  return `http://${name || '127.0.0.1'}${port ?? defaultPort}${path}`
}

/**
 * Reads where a model server is. `host`, `host:port`, `:port` and URLs are understood; addresses that mean "every
 * interface" to a server that binds mean loopback to a client. A URL with a scheme keeps the port of its scheme.
 * @param example - a well-formed address; its port is taken when neither a port nor a scheme is given
 * @param drop - a path that belongs to the API and not to the server, and is taken off
 */
export function serverUrl(example: string, drop = ''): Kind<string> {
  const defaultPort = /:\d+/.exec(example)?.[0] ?? ''
  const suffix = new RegExp(`(?<=\\w)${drop}$`)
  return kindOf(`an address such as ${example}`, (text, refuse) => {
    if (/[\s\p{Cc}]/u.test(text)) return refuse()
    const url = URL.parse(withScheme(text, defaultPort))
    if (url === null || !/^https?:$/.test(url.protocol)) return refuse()
    if (url.search !== '' || url.hash !== '') return refuse('It may not hold a query or a fragment.')
    url.hostname = loopback[url.hostname] ?? url.hostname
    return url.href.replace(/\/+$/, '').replace(suffix, '')
  })
}

const sqlite = /^sqlite(?:\+\w+)?:\/\/\/(.+)$/i
const postgres = /^postgres(?:ql)?(?:\+\w+)?:\/\//i

function readDatabase(text: string, refuse: (why?: string) => never): DatabaseAddress {
  const file = sqlite.exec(text)?.[1]
  if (file === ':memory:') return refuse('A database in memory forgets everything when the server stops.')
  if (file !== undefined) return { type: 'sqlite', path: file }
  if (!postgres.test(text)) return refuse()
  const url = text.replace(postgres, 'postgresql://')
  return URL.canParse(url) ? { type: 'postgres', url } : refuse()
}

/**
 * Reads `DATABASE_URL` in the forms of libpq and SQLAlchemy: the name of a Python driver is dropped, three slashes
 * begin a relative path, four an absolute one.
 */
export const databaseUrl: Kind<DatabaseAddress> = {
  ...kindOf('sqlite:///./file.db, sqlite:////absolute/file.db or postgresql://user:password@host/name', readDatabase),
  absolute: (text, folder) =>
    text
      .trim()
      .replace(sqlite, (whole, file: string) => (file === ':memory:' ? whole : `sqlite:///${resolve(folder, file)}`)),
}
