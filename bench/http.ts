// CPU per request of our server beside a bare node:http server, both in one run: node bench/http.ts [seconds per round]
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Pool } from 'undici'

const secondsPerRound = Number(process.argv[2] ?? 3)
const rounds = 3
const path = '/api/v2/conversations/01a1fcfa-29b4-7000-8c97-97f6edb61f20/turns'
const body = JSON.stringify({ text: 'When does the train to Uppsala leave, and from which platform? '.repeat(3) })
const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' }

type Usage = { readonly cpuMicros: number; readonly rssBytes: number }
type Subject = { readonly name: string; readonly child: ChildProcess; readonly port: number }

async function start(name: string): Promise<Subject> {
  const child = fork(join(import.meta.dirname, 'http-subject.ts'), [name])
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { name, child, port }
}

async function usage({ child }: Subject): Promise<Usage> {
  child.send('usage')
  return ((await once(child, 'message')) as [Usage])[0]
}

async function load(subject: Subject, callers: number, seconds: number) {
  const pool = new Pool(`http://127.0.0.1:${subject.port}`, { connections: callers })
  const before = await usage(subject)
  const startedAt = performance.now()
  let requests = 0
  const call = async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      const reply = await pool.request({ method: 'POST', path, headers, body })
      if (reply.statusCode !== 200) throw new Error(`${subject.name} answered ${reply.statusCode}`)
      await reply.body.text()
      requests += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  const { cpuMicros, rssBytes } = await usage(subject)
  await pool.close()
  const elapsedSeconds = (performance.now() - startedAt) / 1000
  return { micros: (cpuMicros - before.cpuMicros) / requests, perSecond: requests / elapsedSeconds, rssBytes }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function compare(subjects: readonly Subject[], callers: number): Promise<void> {
  const figures = new Map(subjects.map(({ name }) => [name, [] as Awaited<ReturnType<typeof load>>[]]))
  for (const subject of subjects) await load(subject, callers, 1)
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) figures.get(subject.name)?.push(await load(subject, callers, secondsPerRound))
  }
  const [bare = 0, ours = 0] = subjects.map(({ name }) => median(figures.get(name)?.map(({ micros }) => micros) ?? []))
  for (const { name } of subjects) {
    const all = figures.get(name) ?? []
    const [micros, perSecond, rss] = [
      median(all.map((each) => each.micros)).toFixed(1),
      median(all.map((each) => each.perSecond)).toFixed(0),
      (Math.max(...all.map((each) => each.rssBytes)) / 1e6).toFixed(0),
    ]
    console.log(`${callers} callers  ${name.padEnd(7)} ${micros} µs CPU/request  ${perSecond} requests/s  ${rss} MB`)
  }
  console.log(`${callers} callers  ratio   ${(ours / bare).toFixed(2)} (budget of the whole product path: 1.5)`)
}

const subjects = [await start('bare'), await start('hearth')]
await compare(subjects, 64)
await compare(subjects, 1)
for (const { child } of subjects) child.disconnect()
