import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type BrainId, createId, type Scope, silentLog, type UserId } from '../src/core/index.ts'
import { openDatabase } from '../src/storage/index.ts'
import { createTimeline, type Timeline } from '../src/timeline/index.ts'

const turnSchema = z.object({ speaker: z.string(), dia_id: z.string(), text: z.string() })
const sampleSchema = z.object({
  sample_id: z.string(),
  qa: z.array(z.object({ question: z.string(), evidence: z.array(z.string()), category: z.int() })),
  conversation: z.record(z.string(), z.unknown()),
})
type Sample = z.output<typeof sampleSchema>
type Turn = z.output<typeof turnSchema> & { readonly at: Date }

/** `1:56 pm on 8 May, 2023`, read as UTC. */
function parseInstant(text: string): Date {
  const [, hour, minute, half, day] = /^(\d+):(\d+) (am|pm) on (.*)$/.exec(text) ?? []
  const midnight = new Date(`${day} UTC`).getTime()
  return new Date(midnight + (((Number(hour) % 12) + (half === 'pm' ? 12 : 0)) * 60 + Number(minute)) * 60_000)
}

function turnsOf({ conversation }: Sample): Turn[] {
  const found: Turn[] = []
  for (let session = 1; session < 100; session += 1) {
    const turns = z.array(turnSchema).safeParse(conversation[`session_${session}`])
    if (!turns.success) continue
    const start = parseInstant(String(conversation[`session_${session}_date_time`])).getTime()
    turns.data.forEach((turn, index) => {
      found.push({ ...turn, at: new Date(start + index * 1000) })
    })
  }
  return found
}

const scopeFor = (): Scope => ({
  userId: createId<'user'>() as UserId,
  brainId: createId<'brain'>() as BrainId,
  role: 'owner',
  requestId: 'eval',
  signal: new AbortController().signal,
})

const gain = (place: number): number => 1 / Math.log2(place + 2)

function judge(found: readonly string[], evidence: ReadonlySet<string>): { ndcg: number; recall: number } {
  const reached = found.reduce((sum, id, place) => sum + (evidence.has(id) ? gain(place) : 0), 0)
  const ideal = Array.from({ length: Math.min(10, evidence.size) }, (_, place) => gain(place)).reduce(
    (a, z) => a + z,
    0,
  )
  return { ndcg: reached / ideal, recall: found.filter((id) => evidence.has(id)).length / evidence.size }
}

type Verdict = { readonly category: number; readonly ndcg: number; readonly recall: number }

async function ask(timeline: Timeline, scope: Scope, sample: Sample): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const known = new Set(turnsOf(sample).map((turn) => turn.dia_id))
  for (const { question, evidence, category } of sample.qa) {
    const wanted = new Set(evidence.filter((id) => known.has(id)))
    if (wanted.size === 0) continue
    const { items } = await timeline.search(scope, { text: question, limit: 10 })
    const found = items.map(({ entry }) => entry.refId)
    verdicts.push({ category, ...judge(found, wanted) })
  }
  return verdicts
}

const mean = (values: readonly number[]): number => values.reduce((a, z) => a + z, 0) / Math.max(1, values.length)
const figure = (value: number): string => value.toFixed(3)

function report(verdicts: readonly Verdict[]): string {
  const categories = [...new Set(verdicts.map(({ category }) => category))].sort()
  const rows = categories.map((category) => {
    const own = verdicts.filter((verdict) => verdict.category === category)
    return {
      category,
      ndcg: mean(own.map(({ ndcg }) => ndcg)),
      recall: mean(own.map(({ recall }) => recall)),
      n: own.length,
    }
  })
  const lines = rows.map(
    ({ category, ndcg, recall, n }) => `category ${category} (${n}): ${figure(ndcg)} / ${figure(recall)}`,
  )
  const macro = `macro nDCG@10 / recall@10: ${figure(mean(rows.map((row) => row.ndcg)))} / ${figure(mean(rows.map((row) => row.recall)))}`
  const micro = `micro nDCG@10 / recall@10: ${figure(mean(verdicts.map((v) => v.ndcg)))} / ${figure(mean(verdicts.map((v) => v.recall)))}`
  return [...lines, `${macro}   (tuned BM25 over all ten: 0.464 / 0.587)`, micro].join('\n')
}

async function run(samples: readonly Sample[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-eval-'))
  const db = await openDatabase({ url: 'sqlite', folder, log: silentLog })
  const timeline = createTimeline({ db })
  const verdicts: Verdict[] = []
  for (const sample of samples) {
    const scope = scopeFor()
    await db.write(async (tx) => {
      for (const { dia_id: refId, speaker, text, at } of turnsOf(sample)) {
        const place = { conversationId: null, channel: '', role: 'event' } as const
        await timeline.append(tx, scope, { ...place, kind: 'message', refId, source: speaker, at, text })
      }
    })
    verdicts.push(...(await ask(timeline, scope, sample)))
  }
  await db.close()
  await rm(folder, { recursive: true })
  return report(verdicts)
}

const file = join(process.env.EVAL_DATA ?? '', 'locomo-dev.json')
if (process.env.EVAL_DATA !== undefined && existsSync(file)) {
  const samples = z.array(sampleSchema).parse(JSON.parse(await readFile(file, 'utf8')))
  process.stdout.write(`${await run(samples)}\n`)
} else {
  process.stdout.write('locomo-search: set EVAL_DATA to a folder that holds locomo-dev.json; nothing was measured.\n')
}
