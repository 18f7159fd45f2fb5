import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLog, type LogOptions } from './index.ts'

function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const log = createLog({
    level: 'debug',
    format: 'json',
    isTerminal: false,
    write: (line) => lines.push(line),
    ...options,
  })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

describe('lines', () => {
  test('an event is one JSON line with level, time and its fields', () => {
    const { log, lines, last } = logged()
    log.warn('provider-down', { requestId: 'r1', provider: 'ollama' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\{.*\}\n$/)
    expect(last()).toMatchObject({ level: 'warn', event: 'provider-down', requestId: 'r1', provider: 'ollama' })
    expect(new Date(String(last().time)).toISOString()).toBe(last().time)
  })

  test('AURO-31: what is below the level is not written, nor are its fields looked at', () => {
    const { log, lines } = logged({ level: 'info' })
    let looks = 0
    const watched = Object.defineProperty({}, 'x', { enumerable: true, get: () => (looks += 1) })
    log.debug('request', watched)
    log.info('started', watched)
    expect(looks).toBeGreaterThan(0)
    looks = 0
    log.debug('request', watched)
    expect(looks).toBe(0)
    expect(lines).toHaveLength(1)
  })

  test('fields cannot replace the level, the time or the event, and % in an event is no format', () => {
    const { log, last } = logged()
    log.info('50%s', { level: 'x', event: 'y', time: 1 })
    expect(last()).toMatchObject({ level: 'info', event: '50%s', levelField: 'x', eventField: 'y', timeField: 1 })
  })

  test('logging never throws, whatever the fields are', () => {
    const { log, lines } = logged()
    const circle: Record<string, unknown> = {}
    circle.circle = circle
    log.info('a', circle)
    log.info('b', Object.defineProperty({}, 'x', { enumerable: true, get: () => expect.unreachable() }))
    log.info('c', { n: 1n, f: () => 1, s: Symbol('s'), d: new Date(Number.NaN), m: new Map(), b: Buffer.from('abc') })
    fc.assert(
      fc.property(fc.object({ withBigInt: true, withDate: true, withNullPrototype: true }), (fields) =>
        log.info('d', fields),
      ),
    )
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
  })

  test('an error keeps its name, code, message, stack and cause', () => {
    const { log, last } = logged()
    log.error('failed', { error: Object.assign(new Error('no', { cause: new Error('because') }), { code: 'ENOSPC' }) })
    expect(last().error).toMatchObject({
      name: 'Error',
      message: 'no',
      code: 'ENOSPC',
      stack: expect.stringContaining('log.test.ts'),
      cause: { message: 'because' },
    })
  })
})

describe('what no log may hold', () => {
  const secret = 'correct-horse-battery'

  test.each([
    'authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'apiKey',
    'x-api-key',
    'OPENAI_API_KEY',
    'password',
    'newPassword',
    'token',
    'setupToken',
    'clientSecret',
  ])('the value of %s is hidden, down to the fourth level', (key) => {
    const { log, lines } = logged()
    log.info('x', { [key]: secret })
    log.info('x', { a: { b: { c: { [key]: secret } } } })
    log.info('x', { a: [{ b: [{ [key]: [secret] }] }] })
    expect(lines.join('')).not.toContain(secret)
  })

  test('counts of tokens and flags about passwords are no secrets', () => {
    const { log, last } = logged()
    log.info('x', { inputTokens: 5, contextTokens: 8192, hasPassword: true, tokensPerSecond: 9.5 })
    expect(last()).toMatchObject({ inputTokens: 5, contextTokens: 8192, hasPassword: true, tokensPerSecond: 9.5 })
  })

  test('the text of messages is withheld', () => {
    const { log, lines } = logged()
    log.info('x', { text: secret, messages: [{ content: secret }], turn: { prompt: secret, delta: secret } })
    expect(lines.join('')).not.toContain(secret)
  })

  test('a registered secret is hidden wherever it stands: events, keys, texts, errors, and when it comes late', () => {
    const { log, lines } = logged({ secrets: [secret] })
    log.hide('late-secret')
    log.error(`event ${secret}`, {
      [secret]: 1,
      url: `http://h/?k=${secret}`,
      list: [`a${secret}b`],
      error: new Error(`with ${secret}`, { cause: secret }),
      other: 'late-secret',
    })
    expect(lines.join('')).not.toMatch(/correct-horse-battery|late-secret/)
  })

  test('a registered secret is hidden in any text around it', () => {
    const { log, lines } = logged({ secrets: ['s3cr3t!"\\'] })
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), fc.string(), (before, after) => {
        log.info('x', { note: `${before}s3cr3t!"\\${after}` })
        return !String((JSON.parse(lines.at(-1) ?? '') as { note: string }).note).includes('s3cr3t')
      }),
    )
  })

  test('a registered secret is not cut in two where a long text is cut', () => {
    const { log, lines } = logged({ secrets: [secret] })
    for (let before = 1980; before < 2001; before += 1) log.info('x', { note: `${'.'.repeat(before)}${secret}` })
    expect(lines.join('')).not.toContain('corr')
  })

  test('credentials within texts are hidden', () => {
    const { log, lines } = logged()
    log.info('x', { a: `Bearer ${secret}`, b: `postgres://u:${secret}@h/db`, c: new URL(`http://u:${secret}@h/`) })
    expect(lines.join('')).not.toContain(secret)
    expect(lines.join('')).toContain('@h/db')
  })
})

describe('text for a terminal', () => {
  test('a line has the time of day, the level, the event and the fields; the stack follows', () => {
    const { log, lines } = logged({ format: 'text' })
    log.info('server-started', { requestId: 'r1', note: 'two words', at: { port: 8000 } })
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}server-started requestId=r1 note="two words" at=\{"port":8000\}\n$/,
    )
    log.error('failed', { error: new Error('no') })
    expect(lines[1]).toMatch(/ error failed error="Error: no"\n {4}at .*log\.test\.ts/)
  })

  test('colours are for terminals only', () => {
    const plain = logged({ format: 'text' })
    const coloured = logged({ format: 'auto', isTerminal: true })
    for (const { log } of [plain, coloured]) log.warn('x')
    expect(plain.lines[0]).not.toContain('\u001b')
    expect(coloured.lines[0]).toContain('\u001b[33mwarn')
  })

  test('auto is JSON where there is no terminal', () => {
    const { log, last } = logged({ format: 'auto' })
    log.info('x')
    expect(last().event).toBe('x')
  })

  test('nothing that is logged can fake a line or drive the terminal', () => {
    const { log, lines } = logged({ format: 'text' })
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (event, value) => {
        log.info(`${event}\n\u001b[2J`, { [`k${value}`]: value, evil: '\r\u009b31m\u202e' })
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        return !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|\n./.test(lines.at(-1) ?? '')
      }),
    )
  })
})
