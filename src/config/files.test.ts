// biome-ignore-all lint/suspicious/noTemplateCurlyInString: hearth.yaml writes variables this way
import { describe, expect, test } from 'vitest'
import { readDotenv } from './dotenv.ts'
import { nearest } from './nearest.ts'
import { interpolate, readYaml } from './yaml.ts'

const shape = {
  at: (path: string) =>
    path === 'server' || path === 'chat' ? 'group' : /^(server|chat)\.\w+$/.test(path) ? 'setting' : 'nothing',
  unknown: (path: string) => `unknown ${path}`,
} as const

const yaml = (source: string, env: Record<string, string> = {}) => readYaml(source, shape, (name) => env[name])

const dotenv = (source: string) => readDotenv(source, (name) => name === 'PORT')

describe('.env', () => {
  test('values come with the line that gives them; the last of two equal names counts', () => {
    const { lines } = dotenv('# comment\r\nA=1\r\nexport B="x # y" # z\nC=\nA=2\n D = spaced \nE="two\nlines"\nF=f')
    expect(lines).toEqual(
      [
        { name: 'A', text: '2', line: 5 },
        { name: 'B', text: 'x # y', line: 3 },
        { name: 'C', text: '', line: 4 },
        { name: 'D', text: 'spaced', line: 6 },
        { name: 'E', text: 'two\nlines', line: 7 },
        { name: 'F', text: 'f', line: 9 },
      ].sort((a, b) => a.name.localeCompare(b.name)),
    )
  })

  test('a byte order mark is not part of the first name', () =>
    expect(dotenv('\uFEFFPORT=1').lines).toEqual([{ name: 'PORT', text: '1', line: 1 }]))

  test('a quote that is never closed is a fault at its line and no value', () => {
    const { lines, faults } = dotenv('A=1\nB="open\nPORT=9\n')
    expect(faults).toEqual([{ line: 2, message: expect.stringContaining('never closed') }])
    expect(lines.map(({ name }) => name)).toEqual(['A', 'PORT'])
  })

  test('a quoted value that takes in a setting is a fault that names it; other lines are taken in quietly', () => {
    expect(dotenv('B="open\nPORT=9\nC="x"\n').faults).toEqual([
      { line: 1, message: expect.stringContaining('closed only after PORT') },
    ])
    expect(dotenv('B="one\ntwo=2\n"\n')).toEqual({ lines: [{ name: 'B', text: 'one\ntwo=2\n', line: 1 }], faults: [] })
  })

  test('a quote within other quotes is part of the value', () =>
    expect(dotenv(`A='"x'`)).toEqual({ lines: [{ name: 'A', text: '"x', line: 1 }], faults: [] }))
})

describe('hearth.yaml', () => {
  test('values come as they are written, with line and column', () => {
    const { values, faults } = yaml('server:\n  port: 9000\nchat:\n  model: 1.10\n  list: [a, "b"]\n  yes: "true"\n')
    expect(faults).toEqual([])
    expect(values).toEqual([
      { path: 'server.port', text: '9000', line: 2, column: 9 },
      { path: 'chat.model', text: '1.10', line: 4, column: 10 },
      { path: 'chat.list', text: ['a', 'b'], line: 5, column: 9 },
      { path: 'chat.yes', text: 'true', line: 6, column: 8 },
    ])
  })

  test.each(['', '# nothing\n', 'server:\n', 'server: {}\n', 'server: {port: }\n', 'server: {port: ""}\n', '---\n'])(
    '%j sets nothing and is no fault',
    (source) => expect(yaml(source)).toEqual({ values: [], faults: [] }),
  )

  test.each([
    ['server: 5\n', 'server', 1, 'Expected names'],
    ['server:\n  port: {a: 1}\n', 'server.port', 2, 'Expected a plain value'],
    ['server:\n  port: [[1]]\n', 'server.port', 2, 'Expected a plain value'],
    ['just text\n', '', 1, 'Expected names'],
    ['- a\n', '', 1, 'Expected names'],
    ['server:\n  port: 1\n  port: 2\n', '', 3, 'unique'],
    ['a: b\n---\nc: d\n', '', 2, 'multiple documents'],
    ['server:\n\tport: 1\n', '', 2, 'Tabs'],
    ['server: {port: *nope}\n', 'server.port', 1, 'Expected a plain value'],
  ])('%j is a fault with its place', (source, ...[path, line, message]) => {
    expect(yaml(source).faults[0]).toMatchObject({ path, line, message: expect.stringContaining(message) })
  })

  test('an unknown group is one fault, whatever is in it', () =>
    expect(yaml('sever:\n  a: 1\n  b: {c: 2}\n').faults).toEqual([
      { path: 'sever', line: 1, column: 1, message: 'unknown sever' },
    ]))

  test('a group that holds itself by an alias ends the reading', () =>
    expect(yaml('server: &s\n  server: *s\n').faults.length).toBeLessThanOrEqual(1))

  test('ORBIT-18: ${NAME} is replaced, with a fallback when there is one', () => {
    const { values, faults } = yaml('chat: {a: "${A}/x", b: "${B:-other}", c: "$${A}", d: "${E:-}"}', {
      A: 'one',
      E: '',
    })
    expect(faults).toEqual([])
    expect(values.map(({ path, text }) => [path, text])).toEqual([
      ['chat.a', 'one/x'],
      ['chat.b', 'other'],
      ['chat.c', '${A}'],
    ])
  })

  test('ORBIT-18: ${NAME} that is not set is a fault that says how to mend it', () => {
    expect(yaml('chat: {a: "${A}"}').faults).toMatchObject([
      { path: 'chat.a', message: expect.stringContaining('${A:-otherwise}') },
    ])
  })

  test('what a variable holds is not replaced again', () =>
    expect(
      interpolate(
        '${A}',
        () => '${B}',
        () => expect.unreachable(),
      ),
    ).toBe('${B}'))
})

describe('the name that was meant', () => {
  const words = ['server.port', 'server.host', 'ollama.topP', 'log.level']

  test.each([
    ['server.prot', 'server.port'],
    ['server.hots', 'server.host'],
    ['OLLAMA.TOP_P', 'ollama.topP'],
    ['ollama.top-p', 'ollama.topP'],
    ['loglevel', 'log.level'],
    ['general.https', undefined],
    ['x', undefined],
  ])('%s probably meant %s', (word, meant) => expect(nearest(word, words)).toBe(meant))
})
