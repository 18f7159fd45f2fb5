import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a benchmark is given: folders that vanish with it, and a place to hang what must be ended. */
export type Bench = {
  readonly folder: () => Promise<string>
  /** Runs at the end, the last one first, however the run ends. */
  readonly defer: (cleanup: () => unknown) => void
}

type Options = { readonly title: string /** The run is given up after this long. */; readonly limitMs: number }

const load = (): string => (loadavg()[0] ?? 0).toFixed(1)

/** Runs one benchmark: says where and under which load, keeps its time limit, cleans up behind it. */
export async function runBench({ title, limitMs }: Options, work: (bench: Bench) => Promise<void>): Promise<void> {
  const cleanups: (() => unknown)[] = []
  const defer = (cleanup: () => unknown) => void cleanups.push(cleanup)
  const cleanUp = async () => {
    for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) await cleanup()
  }
  const folder = async () => {
    const path = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
    defer(() => rm(path, { recursive: true, force: true, maxRetries: 3 }))
    return path
  }
  const leave = () => void cleanUp().finally(() => process.exit(130))
  process.once('SIGINT', leave).once('SIGTERM', leave)
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`Given up after ${limitMs / 1000} s`)), limitMs)
  console.log(
    `${title}\n${new Date().toISOString()}, Node ${process.version}, ${availableParallelism()} cores, load ${load()}`,
  )
  try {
    await Promise.race([work({ folder, defer }), late.promise])
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', leave).off('SIGTERM', leave)
    await cleanUp()
    console.log(`load at the end ${load()}\n`)
  }
}

type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The most that is allowed; absent for what only explains another figure. */
  readonly budget?: number
  readonly note?: string
}

const digitsOf = (value: number): number =>
  Math.abs(value) < 1 ? 3 : Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0

/** Prints one figure beside its budget. */
export function tell({ name, value, unit, budget, note }: Figure): void {
  const measured = `${value.toFixed(digitsOf(value))} ${unit}`
  const verdict = budget === undefined ? '' : `budget ${budget} ${unit}: ${value <= budget ? 'met' : 'MISSED'}`
  console.log(`  ${name.padEnd(58)} ${measured.padStart(14)}  ${[verdict, note].filter(Boolean).join('; ')}`.trimEnd())
}

/** The value below which this part (0–1) of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** A number from the command line, by its place; the first is 0. */
export const argument = (place: number, usual: number): number => Number(process.argv[2 + place] ?? usual)
