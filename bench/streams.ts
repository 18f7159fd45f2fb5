// Readers of event streams: many on a few running turns, one on each of many turns, and many that only wait, beside a
// bare node:http server that writes the same. Run: node bench/streams.ts [readers] [own turns] [idle readers] [seconds]
import { setTimeout as sleep } from 'node:timers/promises'
import { begin, createConversation, modelIsThere } from './support/ask.ts'
import { argument, runBench, tell } from './support/bench.ts'
import { type Subject, startHearth, startPeer } from './support/child.ts'
import { type Follower, follow } from './support/follow.ts'

const readers = argument(0, 500)
const ownTurns = argument(1, 100)
const idleReaders = argument(2, 2_000)
const seconds = argument(3, 8)
const sharedTurns = 10
const perSecond = 50
/** Long enough for all to attach before the measured seconds begin, and not to end within them. */
const pieces = perSecond * (seconds + 12)
const model = `answer-${pieces}-${1000 / perSecond}`
/** 1,000 readers × 50 events a second within one core. */
const budgetMicros = 1e6 / (1_000 * perSecond)

const sum = (followers: readonly Follower[], of: (follower: Follower) => number) =>
  followers.reduce((total, follower) => total + of(follower), 0)

/** Measures for some seconds while the events come, then waits for the ends. @returns CPU of one event */
async function watch(name: string, server: Subject, followers: readonly Follower[]): Promise<number> {
  await Promise.all(followers.map(({ begun }) => begun))
  await sleep(1_000)
  await server.usage()
  const [countBefore, startedAtMs] = [sum(followers, ({ count }) => count()), performance.now()]
  await sleep(seconds * 1000)
  const { cpuMicros, peakRssBytes, loopDelayMaxMs } = await server.usage()
  const elapsedSeconds = (performance.now() - startedAtMs) / 1000
  const events = sum(followers, ({ count }) => count()) - countBefore
  await Promise.all(followers.map(({ ended }) => ended))
  const wanted = followers.length * perSecond * elapsedSeconds
  const note = `${((100 * cpuMicros) / 1e6 / elapsedSeconds).toFixed(0)} % of a core`
  console.log(`  ${name}`)
  tell({
    name: '  events a second',
    value: events / elapsedSeconds,
    unit: '/s',
    note: `${((100 * events) / wanted).toFixed(0)} % of the pace`,
  })
  tell({
    name: '  CPU of an event',
    value: cpuMicros / events,
    unit: 'µs',
    note,
    ...(!name.startsWith('bare') && { budget: budgetMicros }),
  })
  tell({ name: '  memory', value: peakRssBytes / 1e6, unit: 'MB' })
  tell({ name: '  event loop held up at most', value: loopDelayMaxMs, unit: 'ms' })
  tell({ name: '  events lost', value: sum(followers, ({ lost }) => lost()), unit: '', budget: 0 })
  const short = followers.filter(({ count }) => count() <= pieces).length
  tell({ name: '  streams that ended early', value: short, unit: '', budget: 0 })
  return cpuMicros / events
}

const beginTurns = async (url: string, count: number): Promise<string[]> => {
  const conversations: string[] = []
  for (let at = 0; at < count; at += 1) conversations.push(await createConversation(url))
  return Promise.all(
    conversations.map((id) => begin(url, id, { text: 'Tell me a long story.', model: `openai/${model}` })),
  )
}

/** Readers who only wait for what may change: what one costs, in memory and in CPU. */
async function watchIdle(server: Subject): Promise<void> {
  await sleep(5_000)
  const before = await server.usage()
  const followers: Follower[] = []
  for (let at = 0; at < idleReaders; at += 100) {
    const some = Array.from({ length: 100 }, () => follow(`${server.url}/api/v2/events`, { silent: true }))
    followers.push(...some)
    await Promise.all(some.map(({ begun }) => begun))
  }
  await sleep(2_000)
  await server.usage()
  await sleep(seconds * 1000)
  const { cpuMicros, rssBytes } = await server.usage()
  for (const { leave } of followers) leave()
  console.log(`  ${followers.length} readers who wait`)
  tell({ name: '  CPU', value: (100 * cpuMicros) / 1e6 / seconds, unit: '% of a core' })
  tell({
    name: '  memory',
    value: rssBytes / 1e6,
    unit: 'MB',
    note: `${((rssBytes - before.rssBytes) / 1e3 / followers.length).toFixed(1)} KB a reader`,
  })
}

const title = `Streams: ${readers} readers × ${perSecond} events a second, ${idleReaders} waiting`
await runBench({ title, limitMs: 10 * 60_000 }, async ({ folder, defer }) => {
  const bareStream = await startPeer('bare-stream', [])
  defer(bareStream.stop)
  const address = `${bareStream.url}/?count=${pieces}&intervalMs=${1000 / perSecond}`
  const bareMicros = await watch(
    'bare node:http',
    bareStream,
    Array.from({ length: readers }, () => follow(address)),
  )
  await bareStream.stop()
  const upstream = await startPeer('upstream', [model])
  defer(upstream.stop)
  const hearth = await startHearth({ folder: await folder(), upstream: upstream.url })
  defer(hearth.stop)
  await modelIsThere(hearth.url)
  const eventsOf = (turnId: string | undefined) => `${hearth.url}/api/v2/turns/${turnId}/events`
  const turns = await beginTurns(hearth.url, sharedTurns)
  const shared = Array.from({ length: readers }, (_, at) => follow(eventsOf(turns[at % turns.length])))
  const micros = await watch(`${readers} readers of ${sharedTurns} turns`, hearth, shared)
  tell({ name: '  beside bare node:http', value: micros / bareMicros, unit: '×' })
  const own = (await beginTurns(hearth.url, ownTurns)).map((turnId) => follow(eventsOf(turnId)))
  await watch(`${ownTurns} readers of a turn each`, hearth, own)
  await watchIdle(hearth)
})
