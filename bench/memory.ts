// Memory of the server: idle, at most with 512 callers of /v1/chat/completions at once, and after them.
// Run: node bench/memory.ts [callers] [seconds under load]
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { modelIsThere } from './support/ask.ts'
import { argument, runBench, tell } from './support/bench.ts'
import { startHearth, startPeer } from './support/child.ts'
import { completionOf } from './support/completion.ts'

const callers = argument(0, 512)
const seconds = argument(1, 20)
const settleMs = 10_000
/** 32 pieces, 10 ms apart: long enough that all callers wait at the same time. */
const model = 'answer-32-10'
const megabytes = (bytes: number) => bytes / 1e6

async function load(url: string): Promise<number> {
  const pool = new Pool(url, { connections: callers })
  const endsAtMs = performance.now() + seconds * 1000
  let answers = 0
  const call = async (index: number) => {
    while (performance.now() < endsAtMs) {
      // Every other caller streams.
      const reply = await pool.request(completionOf(model, { stream: index % 2 === 0 }))
      const text = await reply.body.text()
      if (reply.statusCode !== 200) throw new Error(`Answered ${reply.statusCode}: ${text}`)
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, index) => call(index)))
  await pool.close()
  return answers
}

await runBench({ title: `Memory with ${callers} callers`, limitMs: 5 * 60_000 }, async ({ folder, defer }) => {
  const upstream = await startPeer('upstream', [model])
  defer(upstream.stop)
  const hearth = await startHearth({ folder: await folder(), upstream: upstream.url })
  defer(hearth.stop)
  await modelIsThere(hearth.url)
  await sleep(settleMs)
  const idle = await hearth.usage()
  tell({ name: 'idle', value: megabytes(idle.rssBytes), unit: 'MB', budget: 120 })
  const answers = await load(hearth.url)
  const loaded = await hearth.usage()
  const note = `${answers} answers in ${seconds} s; heap ${megabytes(loaded.heapBytes).toFixed(0)} MB`
  tell({ name: 'peak', value: megabytes(loaded.peakRssBytes), unit: 'MB', budget: 220, note })
  tell({ name: 'event loop held up at most', value: loaded.loopDelayMaxMs, unit: 'ms' })
  await sleep(settleMs)
  const after = await hearth.usage()
  tell({ name: `after ${settleMs / 1000} s`, value: megabytes(after.rssBytes), unit: 'MB', budget: 150 })
  await sleep(3 * settleMs)
  const later = await hearth.usage()
  tell({ name: `after ${(4 * settleMs) / 1000} s`, value: megabytes(later.rssBytes), unit: 'MB', budget: 150 })
})
