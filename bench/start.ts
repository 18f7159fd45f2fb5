// From the start of the process to the first answer of a model over HTTP, with 100,000 stored messages; with the compile
// cache cold and warm, and after a kill. Run: node bench/start.ts [messages] [runs]
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ask } from './support/ask.ts'
import { argument, median, runBench, tell } from './support/bench.ts'
import { cpuSecondsOf, startHearth, startPeer } from './support/child.ts'
import { fill } from './support/fill.ts'

const messages = argument(0, 100_000)
const runs = argument(1, 5)
const messagesEach = 100
const budgetSeconds = 0.8

type Start = {
  readonly listeningSeconds: number
  readonly answeredSeconds: number
  readonly cpuSeconds: number | undefined
  readonly attempts: number
}
type Place = { readonly folder: string; readonly upstream: string; readonly conversationId: string }

/** Starts the server, asks at once, ends it. Until the provider has been found, the question is asked again. */
async function startOnce({ folder, upstream, conversationId }: Place, end: 'stop' | 'kill'): Promise<Start> {
  const startedAtMs = performance.now()
  const seconds = () => (performance.now() - startedAtMs) / 1000
  const hearth = await startHearth({ folder, upstream, measured: false })
  const listeningSeconds = seconds()
  for (let attempts = 1; ; attempts += 1) {
    const { message } = await ask(hearth.url, conversationId, { text: 'Which train do I take on Monday?' })
    if (message.quality !== 'full' && attempts < 1000) continue
    if (message.status !== 'complete' || message.text === '')
      throw new Error(`No answer came: ${JSON.stringify(message)}`)
    const answeredSeconds = seconds()
    const cpuSeconds = cpuSecondsOf(hearth)
    if (end === 'stop') await hearth.stop()
    else {
      hearth.child.kill('SIGKILL')
      await once(hearth.child, 'exit')
    }
    return { listeningSeconds, answeredSeconds, cpuSeconds, attempts }
  }
}

function show(name: string, starts: readonly Start[], budget?: number): void {
  const of = (pick: (start: Start) => number) => median(starts.map(pick))
  const range = starts.map(({ answeredSeconds }) => answeredSeconds.toFixed(2)).join(' ')
  const attempts = of((start) => start.attempts)
  const note = `${range}; asked ${attempts}×`
  tell({
    name: `${name}: first answer`,
    value: of((s) => s.answeredSeconds),
    unit: 's',
    note,
    ...(budget && { budget }),
  })
  tell({ name: `${name}: CPU until then`, value: of(({ cpuSeconds = Number.NaN }) => cpuSeconds), unit: 's' })
  tell({ name: `${name}: listening`, value: of((s) => s.listeningSeconds), unit: 's' })
}

await runBench({ title: 'Start to first answer', limitMs: 15 * 60_000 }, async ({ folder: makeFolder, defer }) => {
  const folder = await makeFolder()
  const filledAtMs = performance.now()
  const { ids, sizeBytes } = await fill(folder, Array(Math.ceil(messages / messagesEach)).fill(messagesEach / 2))
  const filledSeconds = ((performance.now() - filledAtMs) / 1000).toFixed(0)
  console.log(`  ${messages} messages stored in ${filledSeconds} s: a file of ${(sizeBytes / 1e6).toFixed(0)} MB`)
  const upstream = await startPeer('upstream', ['answer-2-0'])
  defer(upstream.stop)
  const place = { folder, upstream: upstream.url, conversationId: ids[0] ?? '' }
  const cold: Start[] = []
  const warm: Start[] = []
  const killed: Start[] = []
  for (let run = 0; run < runs; run += 1) {
    await rm(join(folder, 'cache'), { recursive: true, force: true })
    cold.push(await startOnce(place, 'stop'))
    warm.push(await startOnce(place, 'stop'), await startOnce(place, 'kill'))
    killed.push(await startOnce(place, 'stop'))
  }
  show('warm compile cache', warm, budgetSeconds)
  show('cold compile cache', cold)
  show('warm, after a kill', killed)
})
