import type { Log } from '../core/index.ts'
import { ProblemError } from '../core/index.ts'
import type { DefaultChoice } from './choose.ts'
import { lookInTime, patient } from './look.ts'
import { type Known, type Offer, offerOf } from './offer.ts'
import type { Finding, Source } from './source.ts'
import type { Timers } from './timers.ts'

export type DiscoveryDeps = {
  readonly sources: readonly Source[]
  readonly timers: Timers
  readonly log: Log
  readonly onChange: () => void
}

export type DiscoveryOptions = DefaultChoice & {
  /** For one look at all sources. */
  readonly discoveryTimeoutMs: number
  /** Between two looks while nothing is found, or something is starting. */
  readonly searchIntervalMs: number
  /** Between two looks otherwise. */
  readonly refreshIntervalMs: number
}

/** Knows what there is, and looks again when told to and from time to time. */
export type Discovery = {
  readonly offer: () => Offer
  readonly known: () => readonly Known[]
  /** Looks at every source; looks that overlap are one. */
  readonly look: () => Promise<void>
  /** Looks as soon as possible, if looking has begun at all. */
  readonly soon: () => void
  readonly start: () => void
  readonly stop: () => Promise<void>
}

const notLooked: Finding = { health: { status: 'starting', detail: 'Not looked for yet.' }, models: [] }

/** Keeps what is known of the sources. */
export function createDiscovery(deps: DiscoveryDeps, options: DiscoveryOptions): Discovery {
  const { sources, timers, log } = deps
  const board = createBoard(deps, options)
  const stopped = new AbortController()
  let running: Promise<void> | undefined
  let cancelNext: (() => void) | undefined
  let started = false

  const report = (error: unknown) => log.error('discovery-failed', { error: `${error}` })
  const lookAt = async (source: Source, signal: AbortSignal) => {
    const finding = await lookInTime(source, signal)
    if (!stopped.signal.aborted) board.note(source, finding)
  }
  const lookEverywhere = async () => {
    const limit = new AbortController()
    const cancel = timers.after(options.discoveryTimeoutMs, () => limit.abort())
    const signal = AbortSignal.any([limit.signal, stopped.signal])
    await Promise.all(sources.map((source) => lookAt(source, signal))).finally(cancel)
  }
  const look = (): Promise<void> => {
    running ??= lookEverywhere().finally(() => {
      running = undefined
    })
    return running
  }
  const round = async () => {
    cancelNext?.()
    await look().catch(report)
    cancelNext?.()
    if (stopped.signal.aborted) return
    const delayMs = isSearching(board.offer()) ? options.searchIntervalMs : options.refreshIntervalMs
    cancelNext = timers.after(delayMs, () => void round())
  }
  const unsubscribe = sources.map((source) =>
    source.onChange?.(() => void lookAt(source, stopped.signal).catch(report)),
  )
  return {
    offer: board.offer,
    known: board.known,
    look,
    soon: () => {
      if (started && !stopped.signal.aborted) void round()
    },
    start: () => {
      if (!started) void round()
      started = true
    },
    stop: async () => {
      stopped.abort(new ProblemError('shutting-down'))
      cancelNext?.()
      for (const end of unsubscribe) end?.()
      await running?.catch(() => undefined)
      await Promise.all(sources.map((source) => source.close()))
    },
  }
}

/** What was found, and the offer that follows from it. */
function createBoard({ sources, log, onChange }: DiscoveryDeps, choice: DefaultChoice) {
  const findings = new Map<Source, Finding>()
  const known = (): Known[] => sources.map((source) => ({ source, finding: findings.get(source) ?? notLooked }))
  let offer = offerOf(known(), choice)
  return {
    known,
    offer: () => offer,
    note: (source: Source, finding: Finding) => {
      findings.set(source, patient(findings.get(source), finding))
      const next = offerOf(known(), choice)
      if (JSON.stringify(next) === JSON.stringify(offer)) return
      const isNews = next.defaultModel?.id !== offer.defaultModel?.id || next.items.length !== offer.items.length
      offer = next
      if (isNews) log.info('models-changed', { defaultModel: offer.defaultModel?.id, models: offer.items.length })
      onChange()
    },
  }
}

const isSearching = ({ items, providers }: Offer): boolean =>
  items.length === 0 || providers.some(({ status }) => status === 'starting')
