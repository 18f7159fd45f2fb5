// A conversation of 10,000 messages, and a list of 20,000 conversations, over HTTP: opening, paging, appending, listing.
// Run: node bench/conversations.ts [messages] [conversations] [calls]
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'undici'
import { modelIsThere } from './support/ask.ts'
import { argument, quantile, runBench, tell } from './support/bench.ts'
import { type Subject, startHearth, startPeer } from './support/child.ts'
import { fill } from './support/fill.ts'

const messages = argument(0, 10_000)
const conversations = argument(1, 20_000)
const calls = argument(2, 200)
const warmUpCalls = 20

type Json = { readonly [name: string]: unknown }
type Caller = (path: string, body?: object) => Promise<Json>

/** Calls on one connection and reads the whole reply. */
function createCaller(client: Client): Caller {
  return async (path, body) => {
    const reply = await client.request({
      method: body ? 'POST' : 'GET',
      path,
      headers: { 'content-type': 'application/json', prefer: 'respond-async' },
      body: body ? JSON.stringify(body) : null,
    })
    const text = await reply.body.text()
    if (reply.statusCode >= 300) throw new Error(`${path} answered ${reply.statusCode}: ${text}`)
    return text.startsWith('{') ? JSON.parse(text) : {}
  }
}

type Timed = { readonly name: string; readonly budget?: number; readonly count?: number }

type Place = { readonly server: Subject; readonly call: Caller }

/** Times a call again and again; what it does beside, in `after`, is not timed. */
async function time(
  { server, name, budget, count = calls }: Timed & Pick<Place, 'server'>,
  call: () => Promise<Json>,
  after: (reply: Json) => Promise<unknown> = async () => undefined,
): Promise<void> {
  const times: number[] = []
  for (let at = -warmUpCalls; at < count; at += 1) {
    if (at === 0) await server.usage()
    const startedAtMs = performance.now()
    const reply = await call()
    if (at >= 0) times.push(performance.now() - startedAtMs)
    await after(reply)
  }
  const { cpuMicros } = await server.usage()
  const note = `${(cpuMicros / 1000 / count).toFixed(1)} ms of CPU a call`
  tell({ name: `${name}: p50`, value: quantile(times, 0.5), unit: 'ms', note, ...(budget && { budget }) })
  tell({ name: `${name}: p99`, value: quantile(times, 0.99), unit: 'ms', ...(budget && { budget }) })
}

/** What the disk asks for one small write to be on it: no append can be faster. */
async function timeDisk(folder: string): Promise<void> {
  const file = await open(join(folder, 'sync-probe'), 'w')
  const page = Buffer.alloc(4096, 1)
  const times: number[] = []
  for (let at = 0; at < 100; at += 1) {
    const startedAtMs = performance.now()
    await file.write(page)
    await file.datasync()
    times.push(performance.now() - startedAtMs)
  }
  await file.close()
  tell({ name: 'one write and sync on this disk: p50', value: quantile(times, 0.5), unit: 'ms' })
  tell({ name: 'one write and sync on this disk: p99', value: quantile(times, 0.99), unit: 'ms' })
}

type Items = readonly { readonly id: string }[]

async function timeConversation({ server, call }: Place, path: string): Promise<void> {
  await time({ server, name: 'open: the last 50 messages', budget: 50 }, () => call(`${path}/messages`))
  await time({ server, name: 'open: the last 200 messages', budget: 50 }, () => call(`${path}/messages?limit=200`))
  let before = ((await call(`${path}/messages`)).nextCursor as string) ?? ''
  await time({ server, name: 'page upwards, 50 messages', budget: 50 }, async () => {
    const page = await call(`${path}/messages?before=${before}`)
    before = (page.nextCursor as string) ?? before
    return page
  })
  const first = ((await call(`${path}/messages?before=${before}`)).items as Items)[0]?.id ?? before
  await time({ server, name: 'jump to an old message', budget: 50 }, () => call(`${path}/messages?around=${first}`))
  await time(
    { server, name: 'append: message on the disk', budget: 10 },
    () => call(`${path}/turns`, { text: 'And is there a later one, when the concert takes long?' }),
    ({ turn }) => call(`/api/v2/turns/${(turn as { id: string }).id}/events`),
  )
}

async function timeList({ server, call }: Place): Promise<void> {
  await time({ server, name: 'list: the first 50', budget: 50 }, () => call('/api/v2/conversations'))
  await time({ server, name: 'list: the first 200', budget: 50 }, () => call('/api/v2/conversations?limit=200'))
  let cursor: string | null = null
  await time({ server, name: 'list: page after page', budget: 50, count: 100 }, async () => {
    const page: Json = await call(`/api/v2/conversations?limit=150${cursor ? `&cursor=${cursor}` : ''}`)
    cursor = page.nextCursor as string | null
    return page
  })
}

const title = `A conversation of ${messages} messages, ${conversations} conversations`
await runBench({ title, limitMs: 10 * 60_000 }, async ({ folder: makeFolder, defer }) => {
  const folder = await makeFolder()
  const { ids, sizeBytes } = await fill(folder, [...Array(conversations - 1).fill(1), messages / 2])
  console.log(`  a file of ${(sizeBytes / 1e6).toFixed(0)} MB`)
  const upstream = await startPeer('upstream', ['answer-2-0'])
  defer(upstream.stop)
  const hearth = await startHearth({ folder, upstream: upstream.url })
  defer(hearth.stop)
  await modelIsThere(hearth.url)
  const client = new Client(hearth.url)
  defer(() => client.close())
  const place = { server: hearth, call: createCaller(client) }
  await timeDisk(folder)
  await timeConversation(place, `/api/v2/conversations/${ids.at(-1)}`)
  await timeList(place)
})
