import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postStream, textOf } from '../support/sse.ts'
import { type StubProvider, startStubProvider } from '../support/stub-provider/index.ts'

const cycles = Number(process.env.KILL_CYCLES ?? 50)
/** Two kilobytes, and the piece of text that made the save due. */
const unsavedLimit = 2_048 + 64

type Acknowledged = { readonly messageId: string; readonly text: string }
type Shown = { readonly messageId: string; readonly text: string }

/** Compares what was acknowledged and shown with what a server that came back has. */
async function audit(url: string, ledger: readonly Acknowledged[], shown: readonly Shown[]) {
  const read = async (id: string) => {
    const reply = await fetch(`${url}/api/v2/messages/${id}`)
    return reply.ok ? ((await reply.json()) as { text: string; status: string }) : undefined
  }
  const lost: string[] = []
  for (const { messageId, text } of ledger) if ((await read(messageId))?.text !== text) lost.push(messageId)
  const behind: string[] = []
  for (const { messageId, text } of shown) {
    const kept = (await read(messageId))?.text ?? ''
    const isSame = text.startsWith(kept.slice(0, text.length))
    if (!isSame || text.length - kept.length > unsavedLimit) {
      behind.push(`${messageId}: ${text.length} shown, ${kept.length} kept${isSame ? '' : ', not the same'}`)
    }
  }
  return { lost, behind }
}

describe('kill -9', () => {
  let folder: string
  let port: number
  let url: string
  let stub: StubProvider
  let child: ChildProcess

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-kill-'))
    port = await freePort()
    url = `http://127.0.0.1:${port}`
    stub = await startStubProvider({ models: [{ name: 'endless:latest', contextTokens: 8192 }] })
    const words = Array.from(
      { length: 300 },
      (_, index) => ({ type: 'text', text: `${index} ${'word '.repeat(8)}` }) as const,
    )
    stub.play([...words, { type: 'hang' }])
  })
  afterAll(async () => {
    child?.kill('SIGKILL')
    await stub.close()
    await rm(folder, { recursive: true, force: true })
  })

  const start = async () => {
    child?.kill('SIGKILL')
    child = spawn(process.execPath, ['src/main.ts', 'serve'], {
      env: {
        PATH: process.env.PATH,
        HEARTH_DATA: folder,
        PORT: String(port),
        OLLAMA_HOST: stub.url,
        LLAMACPP_SERVER_URL: 'http://127.0.0.1:9',
        HEARTH_BUILTIN_MODEL: 'off',
        HISTORY_MAX_MESSAGES: '1',
        NODE_COMPILE_CACHE: join(folder, 'cache'),
      },
      stdio: 'ignore',
    })
    for (;;) {
      const models = await fetch(`${url}/api/v2/models`)
        .then((reply) => reply.json())
        .catch(() => undefined)
      if ((models as { defaultModel?: string } | undefined)?.defaultModel) return
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  const kill = async () => {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  it(`loses no acknowledged message and leaves no answer stuck in ${cycles} cycles`, { timeout: 600_000 }, async () => {
    const ledger: Acknowledged[] = []
    const shown: Shown[] = []
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      await start()
      const recent = ledger.slice(-12)
      expect(await audit(url, recent, shown.slice(-2)), `after cycle ${cycle}`).toEqual({ lost: [], behind: [] })
      await work({ url, cycle, ledger, shown, kill })
    }
    await start()
    expect(await audit(url, ledger, shown)).toEqual({ lost: [], behind: [] })
    await kill()
    expect(ledger.length).toBeGreaterThanOrEqual(cycles)
    expect(stuckRows(folder)).toEqual({ running: 0, streaming: 0, integrity: 'ok' })
  })

  it('the audit itself notices a message that is gone', async () => {
    await start()
    const body = JSON.stringify({ text: 'will be removed' })
    const headers = { 'content-type': 'application/json', prefer: 'respond-async' }
    const { id } = (await (
      await fetch(`${url}/api/v2/conversations`, { method: 'POST', headers, body: '{}' })
    ).json()) as {
      id: string
    }
    const reply = await fetch(`${url}/api/v2/conversations/${id}/turns`, { method: 'POST', headers, body })
    const { turn } = (await reply.json()) as { turn: { userMessageId: string } }
    await kill()
    const db = new DatabaseSync(join(folder, 'hearth.db'))
    db.prepare('delete from messages where id = ?').run(turn.userMessageId)
    db.close()
    await start()
    const { lost } = await audit(url, [{ messageId: turn.userMessageId, text: 'will be removed' }], [])
    expect(lost).toEqual([turn.userMessageId])
  })
})

type Work = {
  readonly url: string
  readonly cycle: number
  readonly ledger: Acknowledged[]
  readonly shown: Shown[]
  readonly kill: () => Promise<void>
}

/** Sends messages to several conversations at once, follows one answer, and kills the server at some moment of it. */
async function work({ url, cycle, ledger, shown, kill }: Work): Promise<void> {
  const headers = { 'content-type': 'application/json', prefer: 'respond-async' }
  const post = async (path: string, body: object) => {
    const reply = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    // biome-ignore lint/suspicious/noExplicitAny: what a test reads back
    return (await reply.json()) as any
  }
  const { id } = await post('/api/v2/conversations', {})
  const stream = await postStream(`${url}/api/v2/conversations/${id}/turns`, {
    text: `followed ${cycle}`,
    stream: true,
  })
  const seen = await stream.until('text-delta')
  const first = JSON.parse(seen[0]?.data ?? '{}')
  ledger.push({ messageId: first.userMessage.id, text: `followed ${cycle}` })
  const sending = Array.from({ length: 8 }, async (_, index) => {
    const text = `message ${cycle}.${index}`
    const conversation = await post('/api/v2/conversations', {})
    const { turn } = await post(`/api/v2/conversations/${conversation.id}/turns`, { text })
    ledger.push({ messageId: turn.userMessageId, text })
  })
  const frames = [...seen]
  const following = (async () => {
    for (let frame = await stream.next(); frame !== undefined; frame = await stream.next()) frames.push(frame)
  })().catch(() => undefined)
  const settled = Promise.allSettled([...sending, following])
  await new Promise((resolve) => setTimeout(resolve, (cycle * 37) % 300))
  await kill()
  await settled
  shown.push({ messageId: first.message.id, text: textOf(frames) })
}

function stuckRows(folder: string) {
  const db = new DatabaseSync(join(folder, 'hearth.db'))
  try {
    const count = (sql: string) => (db.prepare(sql).get() as { n: number }).n
    return {
      running: count("select count(*) n from turns where status = 'running'"),
      streaming: count("select count(*) n from messages where status = 'streaming'"),
      integrity: (db.prepare('pragma integrity_check').get() as { integrity_check: string }).integrity_check,
    }
  } finally {
    db.close()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
