import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask } from '../../src/cli/ask.ts'
import { createScripted } from '../../src/providers/index.ts'
import { startApp, type TestApp } from '../support/app.ts'

const run = promisify(execFile)
const scripted = createScripted({
  script: ({ messages }) =>
    messages.at(-1)?.text === 'fail'
      ? [{ type: 'text', text: 'half' }, { type: 'cut' }]
      : [
          { type: 'text', text: 'Hello ' },
          { type: 'text', text: 'wörld 🔥' },
        ],
  sleep: async () => undefined,
})

describe('hearth ask', () => {
  let server: TestApp
  let out: string
  let err: string

  beforeEach(async () => {
    server = await startApp({ scripted })
    out = ''
    err = ''
  })
  afterEach(() => server.stop())

  const asking = (question: string, answers: string[] = []) =>
    ask(
      { question, url: server.url, model: undefined },
      {
        write: (text) => {
          out += text
        },
        writeError: (text) => {
          err += text
        },
        prompt: async () => answers.shift() ?? '',
      },
    )

  it('LUMIA-1: writes the answer as it comes and ends with 0', async () => {
    expect(await asking('hi')).toBe(0)
    expect([out, err]).toEqual(['Hello wörld 🔥\n', ''])
  })

  it('writes what came and the problem, and ends with 1, when the answer fails', async () => {
    expect(await asking('fail')).toBe(1)
    expect(out).toBe('half\n')
    expect(err).toMatch(/broke off/)
  })

  it('asks for name and password where they are required', async () => {
    await server.call('POST', '/api/v2/auth/setup', { name: 'ada', password: 'correct horse' })
    expect(await asking('hi', ['ada', 'correct horse'])).toBe(0)
    await expect(asking('hi', ['ada', 'wrong horse'])).rejects.toThrow(/invalid-credentials/)
  })

  it('says what to do when no server answers', async () => {
    const question = ask(
      { question: 'hi', url: 'http://127.0.0.1:9', model: undefined },
      { write: () => undefined, writeError: () => undefined, prompt: async () => '' },
    )
    await expect(question).rejects.toThrow(/hearth serve/)
  })
})

describe('hearth admin create', () => {
  const create = (folder: string, { name = 'ada', password = 'correct horse', env = {} } = {}) => {
    const args = ['src/main.ts', 'admin', 'create', '--name', name, '--password-stdin', '--data', folder]
    const child = run(process.execPath, args, { env: { ...process.env, ...env } })
    child.child.stdin?.end(`${password}\n`)
    return child
  }

  describe('in the data folder', () => {
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hearth-admin-'))
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))

    it('LLAMA-18: sets the password of the owner, then adds administrators of other names', async () => {
      expect((await create(folder)).stdout).toBe('ada is the owner now.\n')
      expect((await create(folder, { name: 'bob' })).stdout).toBe('bob is an administrator now.\n')
      const taken = create(folder, { name: 'bob', password: 'battery staple' })
      await expect(taken).rejects.toMatchObject({ code: 1, stderr: 'The name bob is taken. Choose another.\n' })
      await expect(create(folder, { password: 'short' })).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/8 characters/),
      })
    })
  })

  describe('beside a running server', () => {
    let server: TestApp
    let stranger: Server
    let strangerPort: number
    let asked: string[]

    beforeEach(async () => {
      server = await startApp()
      asked = []
      stranger = createServer((incoming, outgoing) => {
        asked.push(`${incoming.method} ${incoming.url}`)
        outgoing.setHeader('content-type', 'application/json').end('{"status":"alive","instance":"another"}')
      })
      await once(stranger.listen(0, '127.0.0.1'), 'listening')
      strangerPort = (stranger.address() as AddressInfo).port
    })
    afterEach(async () => {
      stranger.close()
      await server.stop()
    })

    it('finds the server that has the folder open, whatever the port in the settings', async () => {
      const env = { PORT: String(strangerPort) }
      expect((await create(server.folder, { env })).stdout).toBe('ada is the owner now.\n')
      const login = { name: 'ada', password: 'correct horse' }
      expect((await server.call('POST', '/api/v2/auth/login', login)).status).toBe(204)
      await expect(create(server.folder, { name: 'bob', env })).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/has an owner already.*while it is stopped/),
      })
      expect(asked).toEqual([])
    })

    it('sends no password to a program that is not that server', async () => {
      const file = join(server.folder, 'hearth.address')
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const [, instance] = (await readFile(file, 'utf8')).split('\n')
      await writeFile(file, `http://127.0.0.1:${strangerPort}\n${instance}\n`)
      await expect(create(server.folder)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/in use/) })
      expect(asked).toEqual(['GET /livez'])
    })
  })
})

describe('hearth', () => {
  const hearth = (...args: string[]) => run(process.execPath, ['src/main.ts', ...args])

  it('C-16: tells every bad setting at once, and ends with 1', async () => {
    const env = { ...process.env, PORT: 'many', HISTORY_MAX_MESSAGES: '-1' }
    const failed = run(process.execPath, ['src/main.ts', 'serve'], { env })
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PORT[\s\S]*HISTORY_MAX_MESSAGES|HISTORY_MAX_MESSAGES[\s\S]*PORT/),
    })
  })

  it('shows its commands, and ends with 2 on a wrong one', async () => {
    expect((await hearth('--help')).stdout).toMatch(/serve[\s\S]*ask[\s\S]*admin[\s\S]*config/)
    await expect(hearth('nonsense')).rejects.toMatchObject({ code: 2 })
  })

  it.runIf(process.platform !== 'win32')('does not call a database damaged that it may not read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-unreadable-'))
    const file = join(folder, 'hearth.db')
    await writeFile(file, 'not read', { mode: 0o000 })
    // Nothing is unreadable to root: then the server runs as someone else.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined
    if (nobody) await chown(folder, nobody.uid, nobody.gid)
    const env = { ...process.env, PORT: '0', HEARTH_DATA: folder, LOG_LEVEL: 'error' }
    const failed = await run(process.execPath, ['src/main.ts', 'serve'], { env, ...nobody }).catch((error) => error)
    await rm(folder, { recursive: true, force: true })
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/hearth\.db cannot be opened/)
    expect(failed.stderr).not.toMatch(/damaged/)
  })

  describe('started in a wrong place', () => {
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hearth-wrong-'))
      await writeFile(join(folder, 'file'), '')
      for (const path of ['lock/hearth.lock', 'pid/hearth.pid', 'db/hearth.db']) {
        await mkdir(join(folder, path), { recursive: true })
      }
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))

    it.each([
      ['a file as data folder', { HEARTH_DATA: 'file' }, /file is a file/],
      ['a data folder below a file', { HEARTH_DATA: 'file/below' }, /is not a folder, or lies in what is none/],
      ['a folder for a lock', { HEARTH_DATA: 'lock' }, /hearth\.lock is a folder where a file is needed/],
      ['a folder for a process id', { HEARTH_DATA: 'pid' }, /hearth\.pid is a folder where a file is needed/],
      ['a folder for a database', { HEARTH_DATA: 'db' }, /hearth\.db cannot be opened/],
      ['an address of another machine', { HOST: '8.8.8.8' }, /8\.8\.8\.8 is not an address of this machine/],
      ['a name of no machine', { HOST: 'nosuch.invalid' }, /No machine is known by the name nosuch\.invalid/],
    ] as [string, { HEARTH_DATA?: string; HOST?: string }, RegExp][])(
      'says so in one sentence and ends with 1: %s',
      async (_, { HEARTH_DATA = 'data', ...wrong }, sentence) => {
        const env = {
          ...process.env,
          PORT: '0',
          HEARTH_BUILTIN_MODEL: 'off',
          LOG_LEVEL: 'error',
          HEARTH_DATA: join(folder, HEARTH_DATA),
          ...wrong,
        }
        const failed = await run(process.execPath, ['src/main.ts', 'serve'], { env }).catch((error) => error)
        expect(failed.code).toBe(1)
        expect(failed.stderr).toMatch(sentence)
        expect(failed.stderr.trim().split('\n')).toHaveLength(1)
      },
    )
  })
})
