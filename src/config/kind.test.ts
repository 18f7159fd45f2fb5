import { homedir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { databaseUrl, serverUrl } from './address.ts'
import {
  basePath,
  choice,
  decimal,
  decimalOrOff,
  host,
  integer,
  type Kind,
  name,
  networks,
  origins,
  path,
} from './kind.ts'

const read = <T>(kind: Kind<T>, text: string): T => kind.schema.parse(text)
const complaint = (kind: Kind, text: string): string | undefined =>
  kind.schema.safeParse(text).error?.issues[0]?.message
const ollama = serverUrl('http://localhost:11434')

describe('numbers and words', () => {
  test('a whole number within its bounds reads back as itself', () => {
    fc.assert(fc.property(fc.integer({ min: -500, max: 500 }), (n) => read(integer(-500, 500), ` ${n} `) === n))
  })

  test.each(['', 'x', '1.5', '1e3', '0x10', '١', '65536', '-1', '99999999999999999999', '1 2'])(
    'a port is not %j, and the complaint says what is expected',
    (text) => expect(complaint(integer(0, 65_535), text)).toBe('Expected a whole number from 0 to 65535.'),
  )

  test('a decimal number may leave out its whole or its broken part', () => {
    expect(['0.1', '.1', '1.', '1'].map((text) => read(decimal(0, 2), text))).toEqual([0.1, 0.1, 1, 1])
    expect(complaint(decimal(0, 2), 'NaN')).toBeDefined()
    expect(complaint(decimal(0, 2), '2.01')).toBeDefined()
  })

  test('off, 0 and false switch a limit off', () => {
    expect(['off', '0', 'False', '15'].map((text) => read(decimalOrOff(0.1, 60), text))).toEqual([null, null, null, 15])
    expect(complaint(decimalOrOff(0.1, 60), '61')).toBe('Expected a number from 0.1 to 60, or off.')
  })

  test('a choice is taken in any case and by its other spellings', () => {
    const kind = choice(['auto', 'off'], { on: 'auto' })
    expect(['AUTO', 'On', ' off '].map((text) => read(kind, text))).toEqual(['auto', 'auto', 'off'])
    expect(complaint(kind, 'constructor')).toBe('Expected one of auto, off.')
  })

  test('a name is one line', () => {
    expect(read(name, 'qwen2.5:7b')).toBe('qwen2.5:7b')
    expect(complaint(name, 'a\nb')).toBeDefined()
  })
})

describe('places', () => {
  test('a relative path belongs to the folder it was written in, and ~ is the home folder', () => {
    expect(path.absolute?.('x/y', '/etc/hearth')).toBe('/etc/hearth/x/y')
    expect(path.absolute?.('/x', '/etc/hearth')).toBe('/x')
    expect(path.absolute?.('~/x', '/etc/hearth')).toBe(join(homedir(), 'x'))
    expect(path.absolute?.('~x', '/etc')).toBe('/etc/~x')
  })

  test.each(['127.0.0.1', '::1', 'localhost', 'my-box.lan'])('%s can be listened on', (text) =>
    expect(read(host, text)).toBe(text),
  )

  test('brackets around an IPv6 address are taken off', () => expect(read(host, '[::1]')).toBe('::1'))

  test.each(['http://localhost', 'localhost:80', 'a b', '', '-x', 'a..b'])('%j cannot be listened on', (text) =>
    expect(complaint(host, text)).toMatch(/^Expected a host name/),
  )

  test('a base path begins with a slash and does not end with one', () => {
    expect(['/', '', '/hearth', '/a/b/'].map((text) => read(basePath, text))).toEqual(['', '', '/hearth', '/a/b'])
    for (const text of ['hearth', '/a//b', '/../x', '/a?b', '/a b']) expect(complaint(basePath, text)).toBeDefined()
  })

  test('trusted proxies are addresses and networks', () => {
    expect(read(networks, '10.0.0.0/8, ::1,10.0.0.0/8')).toEqual(['10.0.0.0/8', '::1'])
    for (const text of ['10.0.0.0/33', '::/129', 'proxy', '10.0.0.0/', '10.0.0.0/8/8']) {
      expect(complaint(networks, text)).toContain(`${text} is neither.`)
    }
  })

  test('AURO-48: allowed origins are a list, and * is refused because requests carry credentials', () => {
    expect(read(origins, 'https://a.example/,http://b.example:80')).toEqual(['https://a.example', 'http://b.example'])
    expect(complaint(origins, 'https://a.example,*')).toContain('name the origins')
    for (const text of ['a.example', 'https://a.example/x', 'ftp://a.example', 'https://u@a.example']) {
      expect(complaint(origins, text)).toContain('is no origin')
    }
  })
})

describe('the address of a model server', () => {
  test.each([
    ['localhost', 'http://localhost:11434'],
    ['gpu-box:9999', 'http://gpu-box:9999'],
    [':9999', 'http://127.0.0.1:9999'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:9999', 'http://127.0.0.1:9999'],
    ['::', 'http://[::1]:11434'],
    ['[::]:9999', 'http://[::1]:9999'],
    ['::1', 'http://[::1]:11434'],
    ['http://0.0.0.0:11434/', 'http://127.0.0.1:11434'],
    ['http://host.docker.internal:11434', 'http://host.docker.internal:11434'],
    ['http://172.17.0.1:11434', 'http://172.17.0.1:11434'],
    ['https://models.example/ollama/', 'https://models.example/ollama'],
    ['http://gpu-box', 'http://gpu-box'],
  ])('C-10, ASTRA-20: OLLAMA_HOST=%s means %s', (text, url) => expect(read(ollama, text)).toBe(url))

  test('reading an address again changes nothing', () => {
    const authority = fc.oneof(fc.domain(), fc.ipV4(), fc.constantFrom('0.0.0.0', '[::]', 'localhost'))
    const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined })
    fc.assert(
      fc.property(authority, port, (place, number) => {
        const once = read(ollama, number === undefined ? place : `${place}:${number}`)
        return read(ollama, once) === once && URL.canParse(once)
      }),
    )
  })

  test('a path that belongs to the API is taken off', () => {
    const llamacpp = serverUrl('http://localhost:8080', '/v1')
    expect(read(llamacpp, 'http://localhost:8080/v1/')).toBe('http://localhost:8080')
    expect(read(llamacpp, 'box')).toBe('http://box:8080')
  })

  test.each(['', 'ftp://x', 'http://', 'a b', 'http://x?y=1', 'http://x:99999'])('%j is no address', (text) =>
    expect(complaint(ollama, text) ?? (text === '' ? 'Expected' : '')).toMatch(/Expected/),
  )
})

describe('DATABASE_URL', () => {
  test.each([
    ['postgresql+asyncpg://user:password@localhost/db', 'postgresql://user:password@localhost/db'],
    ['postgres://u@h:5433/db?sslmode=require', 'postgresql://u@h:5433/db?sslmode=require'],
    ['postgresql://h/db', 'postgresql://h/db'],
  ])('C-10: %s is a PostgreSQL server', (text, url) =>
    expect(read(databaseUrl, text)).toEqual({ type: 'postgres', url }),
  )

  test('LUMIA-37, C-10: three slashes begin a relative file, four an absolute one', () => {
    const at = (text: string) => read(databaseUrl, databaseUrl.absolute?.(text, '/srv') ?? '')
    expect(at('sqlite:///./lumia.db')).toEqual({ type: 'sqlite', path: '/srv/lumia.db' })
    expect(at('sqlite:////var/lib/x.db')).toEqual({ type: 'sqlite', path: '/var/lib/x.db' })
    expect(at('sqlite+aiosqlite:///x.db')).toEqual({ type: 'sqlite', path: '/srv/x.db' })
  })

  test('a database in memory is refused with the reason', () =>
    expect(complaint(databaseUrl, 'sqlite:///:memory:')).toContain('forgets everything'))

  test.each(['mysql://h/db', 'sqlite://', 'x.db', 'postgresql://u:p@h:x/db'])('%s is none', (text) =>
    expect(complaint(databaseUrl, text)).toMatch(/Expected sqlite/),
  )
})
