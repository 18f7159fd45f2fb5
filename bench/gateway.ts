// What the way through the server costs: CPU of a chat completion at 64 callers beside a bare node:http proxy, and the
// time it adds to the first token of one caller. Run: node bench/gateway.ts [seconds a round] [rounds] [callers]
import { Client, Pool } from 'undici'
import { modelIsThere } from './support/ask.ts'
import { argument, median, quantile, runBench, tell } from './support/bench.ts'
import { type Subject, startHearth, startPeer } from './support/child.ts'
import { completionOf } from './support/completion.ts'

const seconds = argument(0, 4)
const rounds = argument(1, 5)
const callers = argument(2, 64)
const firstTokens = 500
const budgetRatio = 1.5

type Round = { readonly micros: number; readonly perSecond: number; readonly loopDelayMaxMs: number }
type Ask = { readonly model: string; readonly stream: boolean }

/** Calls for a while from so many callers, each waiting for its answer. */
async function load({ url, usage }: Subject, ask: Ask, lastsSeconds: number): Promise<Round> {
  const pool = new Pool(url, { connections: callers })
  const request = completionOf(ask.model, ask)
  await usage()
  const startedAtMs = performance.now()
  let answers = 0
  const call = async () => {
    while (performance.now() - startedAtMs < lastsSeconds * 1000) {
      const reply = await pool.request(request)
      const text = await reply.body.text()
      if (reply.statusCode !== 200 || !text.includes('Hearth')) throw new Error(`${reply.statusCode}: ${text}`)
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  const { cpuMicros, loopDelayMaxMs } = await usage()
  const elapsedSeconds = (performance.now() - startedAtMs) / 1000
  await pool.close()
  return { micros: cpuMicros / answers, perSecond: answers / elapsedSeconds, loopDelayMaxMs }
}

type Pair = { readonly bare: Subject; readonly hearth: Subject }

/** Loads both in turns, so that what else the machine does falls on both. */
async function compare({ bare, hearth }: Pair, ask: Ask, { name, budget }: { name: string; budget?: number }) {
  const of = { bare: [] as Round[], hearth: [] as Round[] }
  for (const subject of [bare, hearth]) await load(subject, ask, 2)
  for (let round = 0; round < rounds; round += 1) {
    of.bare.push(await load(bare, ask, seconds))
    of.hearth.push(await load(hearth, ask, seconds))
  }
  for (const subject of ['bare', 'hearth'] as const) {
    const rates = `${median(of[subject].map(({ perSecond }) => perSecond)).toFixed(0)} requests/s`
    const micros = median(of[subject].map((round) => round.micros))
    tell({ name: `${name}: ${subject}, CPU of a request`, value: micros, unit: 'µs', note: rates })
  }
  const ratios = of.hearth.map(({ micros }, round) => micros / (of.bare[round]?.micros ?? Number.NaN))
  const note = ratios.map((ratio) => ratio.toFixed(2)).join(' ')
  tell({ name: `${name}: ratio`, value: median(ratios), unit: '×', note, ...(budget && { budget }) })
  const held = Math.max(...of.hearth.map(({ loopDelayMaxMs }) => loopDelayMaxMs))
  tell({ name: `${name}: event loop held up at most`, value: held, unit: 'ms' })
}

/** From sending the request until the first word is there. */
async function firstTokenMs(client: Client, ask: Ask): Promise<number> {
  const startedAtMs = performance.now()
  const reply = await client.request(completionOf(ask.model, ask))
  let elapsedMs = Number.NaN
  for await (const chunk of reply.body) {
    if (Number.isNaN(elapsedMs) && String(chunk).includes('Hearth')) elapsedMs = performance.now() - startedAtMs
  }
  return elapsedMs
}

async function compareFirstToken(subjects: Pair & { readonly direct: Subject }, ask: Ask): Promise<void> {
  const clients = Object.entries(subjects).map(([name, { url }]) => ({
    name,
    client: new Client(url),
    times: [] as number[],
  }))
  for (let at = -50; at < firstTokens; at += 1) {
    for (const { client, times } of clients) {
      const elapsedMs = await firstTokenMs(client, ask)
      if (at >= 0) times.push(elapsedMs)
    }
  }
  for (const { client } of clients) await client.close()
  const at = (wanted: string, part: number) => quantile(clients.find(({ name }) => name === wanted)?.times ?? [], part)
  for (const [part, label, budget] of [
    [0.5, 'p50', 0.5],
    [0.99, 'p99', 3],
  ] as const) {
    const direct = at('direct', part)
    const note = `direct ${direct.toFixed(2)} ms, bare proxy adds ${(at('bare', part) - direct).toFixed(2)} ms`
    tell({
      name: `first token added, one caller: ${label}`,
      value: at('hearth', part) - direct,
      unit: 'ms',
      budget,
      note,
    })
  }
}

const title = `Gateway: ${callers} callers, ${rounds} rounds of ${seconds} s`
await runBench({ title, limitMs: 15 * 60_000 }, async ({ folder, defer }) => {
  const direct = await startPeer('upstream', ['answer-2-0', 'answer-32-0'])
  defer(direct.stop)
  const bare = await startPeer('bare-proxy', [direct.url])
  defer(bare.stop)
  const hearth = await startHearth({ folder: await folder(), upstream: direct.url })
  defer(hearth.stop)
  await modelIsThere(hearth.url)
  await compareFirstToken({ direct, bare, hearth }, { model: 'answer-2-0', stream: true })
  const pair = { bare, hearth }
  await compare(pair, { model: 'answer-2-0', stream: false }, { name: 'JSON, 2 pieces', budget: budgetRatio })
  await compare(pair, { model: 'answer-32-0', stream: false }, { name: 'JSON, 32 pieces' })
  await compare(pair, { model: 'answer-32-0', stream: true }, { name: 'stream, 32 pieces' })
})
