import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postStream } from '../support/sse.ts'

const hasStrace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0
const count = 40
const marker = (index: number) => `ledger-${String(index).padStart(6, '0')}`
const hex = (text: string) => [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')

type Account = { readonly told: number; readonly syncs: number; readonly tooEarly: readonly string[] }

/**
 * Reads a trace of system calls and holds each message's first appearance on a socket against the syncs of the log: one
 * that began after the message was written to the log must have ended well before.
 */
function accountOf(lines: readonly string[], markers: readonly string[]): Account {
  const isLog = (line: string) => line.includes(hex('hearth.db-wal'))
  const syncs = syncsOf(lines, isLog)
  const tooEarly: string[] = []
  let told = 0
  for (const text of markers) {
    const needle = hex(text)
    const written = lines.findIndex((line) => line.includes('pwrite64(') && isLog(line) && line.includes(needle))
    const sent = lines.findIndex(
      (line, at) => at > 0 && /\b(write|writev|sendmsg|sendto)\(/.test(line) && line.includes(needle),
    )
    if (sent === -1) continue
    told += 1
    const isCovered = written !== -1 && syncs.some(({ began, ended }) => began > written && ended < sent)
    if (!isCovered) tooEarly.push(text)
  }
  return { told, syncs: syncs.length, tooEarly }
}

type Sync = { readonly began: number; readonly ended: number }

/** The syncs of the log that ended well; one thread's may be told in two lines with others between them. */
function syncsOf(lines: readonly string[], isLog: (line: string) => boolean): Sync[] {
  const running = new Map<string, number>()
  return lines.flatMap((line, at) => {
    const thread = line.split(' ', 1)[0] ?? ''
    const isSync = /\bf(data)?sync\(/.test(line) && isLog(line)
    if (isSync && line.includes('<unfinished')) running.set(thread, at)
    if (isSync && line.endsWith('= 0')) return [{ began: at, ended: at }]
    if (!/<\.\.\. f(data)?sync resumed>.*= 0$/.test(line)) return []
    const began = running.get(thread)
    running.delete(thread)
    return began === undefined ? [] : [{ began, ended: at }]
  })
}

describe.skipIf(!hasStrace)('sync accounting over HTTP (skipped where strace does not run)', () => {
  let folder: string
  let lines: readonly string[]
  const markers = Array.from({ length: count }, (_, index) => marker(index))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-sync-'))
    const trace = join(folder, 'trace')
    const what = 'trace=pwrite64,fdatasync,fsync,write,writev,sendmsg,sendto'
    const strace = ['-f', '-qq', '-y', '-xx', '-s', '9000', '--seccomp-bpf', '-o', trace, '-e', what]
    const server = spawn('strace', [...strace, process.execPath, 'src/main.ts', 'serve', '--dev'], {
      env: { PATH: process.env.PATH, HEARTH_DATA: join(folder, 'data'), PORT: '0', HEARTH_BUILTIN_MODEL: 'off' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const url = await new Promise<string>((resolve, reject) => {
      let out = ''
      server.stdout.on('data', (chunk: Buffer) => {
        out += chunk
        const found = /Page {3}(http:\S+)\/app\//.exec(out)?.[1]
        if (found) resolve(found)
      })
      server.on('exit', () => reject(new Error(out)))
    })
    await Promise.all(Array.from({ length: 4 }, (_, worker) => send(url, worker)))
    const gone = once(server, 'exit')
    // strace keeps signals to itself: the server is told by its own pid.
    process.kill(Number(await readFile(join(folder, 'data', 'hearth.pid'), 'utf8')), 'SIGTERM')
    await gone
    lines = (await readFile(trace, 'latin1')).split('\n')
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Every fourth message: each is told in the first event of its stream, which is its acknowledgement. */
  const send = async (url: string, worker: number) => {
    for (let index = worker; index < count; index += 4) {
      const headers = { 'content-type': 'application/json' }
      const made = await fetch(`${url}/api/v2/conversations`, { method: 'POST', headers, body: '{}' })
      const { id } = (await made.json()) as { id: string }
      const stream = await postStream(`${url}/api/v2/conversations/${id}/turns`, { text: marker(index), stream: true })
      await stream.until('turn-end')
    }
  }

  it('promise 32: tells of no message before a sync that covers it has ended', () => {
    const account = accountOf(lines, markers)
    expect(account).toMatchObject({ told: count, tooEarly: [] })
    expect(account.syncs).toBeGreaterThan(count / 4)
  })

  it('positive control: the accounting notices when the syncs are not there', () => {
    const without = lines.filter((line) => !/f(data)?sync/.test(line))
    expect(accountOf(without, markers).tooEarly).toEqual(markers)
  })
})
