// Loaded into a server that is measured (node --import): tells its parent what it has used since it was last asked.
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What a process has used: CPU of all its threads, memory now and at most, and how long its event loop was held up. */
export type Usage = {
  readonly cpuMicros: number
  readonly rssBytes: number
  readonly peakRssBytes: number
  readonly heapBytes: number
  readonly loopDelayMaxMs: number
}

const delayResolutionMs = 10
const sampleMs = 50

const loop = monitorEventLoopDelay({ resolution: delayResolutionMs })
loop.enable()
let peakRssBytes = 0
let cpu = process.cpuUsage()
const sample = () => {
  peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss())
}
setInterval(sample, sampleMs).unref()

const read = (): Usage => {
  sample()
  const { user, system } = process.cpuUsage(cpu)
  const { rss, heapUsed } = process.memoryUsage()
  const loopDelayMaxMs = Math.max(0, loop.max / 1e6 - delayResolutionMs)
  return { cpuMicros: user + system, rssBytes: rss, peakRssBytes, heapBytes: heapUsed, loopDelayMaxMs }
}

process.on('message', (asked) => {
  if (asked !== 'usage') return
  process.send?.({ usage: read() })
  loop.reset()
  peakRssBytes = 0
  cpu = process.cpuUsage()
})
