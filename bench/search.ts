import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrainId, createId, type Scope, silentLog, type UserId } from '../src/core/index.ts'
import { openDatabase } from '../src/storage/index.ts'
import { createTimeline, type Timeline } from '../src/timeline/index.ts'

const messages = 100_000
const searches = 1000
const budget = { p50Ms: 5, p99Ms: 20 }

/** A small repeatable generator (mulberry32), so that every run measures the same log. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const random = createRandom(7)
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

const grammar = {
  en: 'the and to of a is i it that was for you on with have this my we at be'.split(' '),
  sv: 'och att det jag är en som på för med till har av inte den vi om ett så när'.split(' '),
}
const endings = { en: ['', '', 's', 'ed', 'ing'], sv: ['', '', 'en', 'ar', 'et', 'ade'] }
const onsets = 'b br d dr f fl g gr h k kl kr l m n p pl r s sk sl st t tr v'.split(' ')
const vowels = 'a e i o u y'.split(' ')
const codas = 'b d g k l m n nd nk p r rt s st t x'.split(' ')

const rootOf = (): string =>
  pick(onsets) + pick(vowels) + pick(codas) + (random() < 0.6 ? pick(vowels) + pick(codas) : '')
/** With their endings about 55,000 different words: what two million words of one writer hold (Heaps). */
const roots = [...new Set(Array.from({ length: 30_000 }, rootOf))].slice(0, 6000)

/**
 * Words are as unequal as in speech: the n-th as frequent as 1 / (n + 50) (Zipf and Mandelbrot; the grammar's words,
 * which come first of all, are drawn apart). The commonest stands in about 4 % of the messages.
 */
const shift = 50
const common = (): string => roots[Math.floor(shift * ((roots.length + shift) / shift) ** random() - shift)] ?? 'hus'

type Tongue = 'en' | 'sv'
const wordIn = (tongue: Tongue): string => (random() < 0.45 ? pick(grammar[tongue]) : common() + pick(endings[tongue]))

function messageText(): string {
  const tongue: Tongue = random() < 0.5 ? 'en' : 'sv'
  const length = 4 + Math.floor(60 * random() ** 3)
  const words = Array.from({ length }, () => wordIn(tongue))
  if (random() < 0.02) words.push(`${pick(onsets).toUpperCase()}-${Math.floor(random() * 100_000)}`)
  return `${words.join(' ')}.`
}

function questionText(): string {
  const start = pick(['What is the', 'When did I', 'Vad heter', 'När var vi i', 'Where was the', ''])
  return `${start} ${Array.from({ length: 1 + Math.floor(random() * 3) }, common).join(' ')}?`
}

const scope: Scope = {
  userId: createId<'user'>() as UserId,
  brainId: createId<'brain'>() as BrainId,
  role: 'owner',
  requestId: 'bench',
  signal: new AbortController().signal,
}

type Db = Awaited<ReturnType<typeof openDatabase>>

async function fill(db: Db, timeline: Timeline): Promise<number> {
  const texts = Array.from({ length: messages }, messageText)
  const startMs = performance.now()
  for (let from = 0; from < messages; from += 1000) {
    await db.write(async (tx) => {
      for (let index = from; index < from + 1000; index += 1) {
        const refId = createId<'message'>()
        const at = new Date(Date.UTC(2024, 0, 1) + index * 600_000)
        const role = index % 2 === 0 ? 'user' : 'assistant'
        const place = { conversationId: `c${Math.floor(index / 50)}`, source: 'web-chat', channel: 'chat' }
        await timeline.append(tx, scope, { ...place, kind: 'message', refId, at, role, text: texts[index] ?? '' })
      }
    })
  }
  return performance.now() - startMs
}

async function measure(timeline: Timeline): Promise<{ times: number[]; cpuMs: number }> {
  const questions = Array.from({ length: searches }, questionText)
  for (const text of questions.slice(0, 50)) await timeline.search(scope, { text, limit: 20 })
  const times: number[] = []
  const before = process.cpuUsage()
  for (const text of questions) {
    const startMs = performance.now()
    await timeline.search(scope, { text, limit: 20 })
    times.push(performance.now() - startMs)
  }
  const { user, system } = process.cpuUsage(before)
  return { times: times.sort((a, z) => a - z), cpuMs: (user + system) / 1000 / searches }
}

const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
const db = await openDatabase({ url: process.env.DATABASE_URL ?? 'sqlite', folder, log: silentLog })
const timeline = createTimeline({ db })
const filledMs = await fill(db, timeline)
const { times, cpuMs } = await measure(timeline)
const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(2)
process.stdout.write(
  [
    `append: ${Math.round(messages / (filledMs / 1000))} entries/s (1,000 to a commit)`,
    `search, ${messages} entries, ${searches} searches, in process, lexical arm alone:`,
    `  p50 ${at(0.5)} ms (budget ${budget.p50Ms}), p99 ${at(0.99)} ms (budget ${budget.p99Ms}), worst ${at(0.9999)} ms`,
    `  ${cpuMs.toFixed(2)} ms of CPU a search, on average; load of the machine ${(loadavg()[0] ?? 0).toFixed(1)}`,
    '',
  ].join('\n'),
)
await db.close()
await rm(folder, { recursive: true })
