import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
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
  it('LLAMA-18: sets the password of the owner in the data folder, then adds administrators', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-admin-'))
    const create = (name: string, password: string) => {
      const args = ['src/main.ts', 'admin', 'create', '--name', name, '--password-stdin', '--data', folder]
      const child = run(process.execPath, args)
      child.child.stdin?.end(`${password}\n`)
      return child
    }
    expect((await create('ada', 'correct horse')).stdout).toBe('ada is the owner now.\n')
    expect((await create('bob', 'battery staple')).stdout).toBe('bob is an administrator now.\n')
    await expect(create('eve', 'short')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/8 characters/),
    })
    await rm(folder, { recursive: true, force: true })
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
})
