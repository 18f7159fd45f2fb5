import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A mount namespace of its own is needed for a small disk: root on Linux. */
const canMount = (() => {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const text = 'a line of text that takes some room on the disk '.repeat(2_000)

describe.skipIf(!canMount)('a full disk (skipped without unshare -m: root on Linux)', () => {
  let folder: string
  let server: ChildProcess
  let url: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-full-'))
    const script = `mount -t tmpfs -o size=24m none ${folder} && head -c 6000000 /dev/zero > ${folder}/ballast && exec "$0" src/main.ts serve --dev`
    server = spawn('unshare', ['-m', 'sh', '-c', script, process.execPath], {
      env: { PATH: process.env.PATH, HEARTH_DATA: folder, PORT: '0', HEARTH_BUILTIN_MODEL: 'off' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    url = await listening(server)
  })
  afterAll(() => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  const call = async (method: string, path: string, body?: object) => {
    const reply = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', prefer: 'respond-async' },
      ...(body && { body: JSON.stringify(body) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: what a test reads back
    return { status: reply.status, body: (await reply.json()) as any }
  }
  const create = () => call('POST', '/api/v2/conversations', {})
  const post = async () => {
    const made = await create()
    return made.status === 201 ? call('POST', `/api/v2/conversations/${made.body.id}/turns`, { text }) : made
  }

  it('answers 507, goes on reading, and recovers without a restart; what was acknowledged is there', async () => {
    const acknowledged: string[] = []
    let refused = await post()
    for (let count = 0; refused.status !== 507 && count < 300; count += 1) {
      expect(refused.status).toBe(202)
      acknowledged.push(refused.body.turn.userMessageId)
      refused = await post()
    }
    expect(refused.body).toMatchObject({ code: 'storage-full', status: 507, retryable: true })
    expect(acknowledged.length).toBeGreaterThan(3)
    expect((await call('GET', '/api/v2/conversations')).status).toBe(200)
    expect((await call('GET', '/livez')).status).toBe(200)
    rmSync(`/proc/${server.pid}/root${folder}/ballast`)
    let recovered = await post()
    for (let count = 0; recovered.status === 507 && count < 20; count += 1) recovered = await post()
    expect(recovered.status).toBe(202)
    for (const id of acknowledged) {
      expect((await call('GET', `/api/v2/messages/${id}`)).body.text).toBe(text)
    }
  })
})

async function listening(server: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let out = ''
  server.stdout?.on('data', (chunk: Buffer) => {
    out += chunk
    const url = /Page {3}(http:\S+)\/app\//.exec(out)?.[1]
    if (url) resolve(url)
  })
  server.on('exit', () => reject(new Error(`the server ended: ${out}`)))
  return promise
}
