import type { ProblemCode } from '../core/index.ts'
import { type Candidates, chooseDefault, chooseWithin, type DefaultChoice, isNamed } from './choose.ts'
import type { Model } from './contract.ts'
import type { Finding, Source } from './source.ts'

/** How one provider is, for people: `off` is not there and not asked for. `progress` is 0–1. */
export type ProviderStatus = {
  readonly name: string
  readonly status: 'ok' | 'starting' | 'down' | 'off'
  readonly detail: string
  readonly progress?: number
}

/** What can be asked now, as of the last discovery. */
export type Offer = {
  readonly items: readonly Model[]
  readonly defaultModel: Model | undefined
  readonly providers: readonly ProviderStatus[]
}

/** A source and what the last look at it found. */
export type Known = { readonly source: Source; readonly finding: Finding }

/** What each provider can be asked for. */
export function toCandidates({ source, finding }: Known): Candidates {
  const { preferredModel } = source
  return { name: source.provider.name, models: finding.models, ...(preferredModel !== undefined && { preferredModel }) }
}

/** What all that is known adds up to. */
export function offerOf(known: readonly Known[], choice: DefaultChoice): Offer {
  const candidates = known.map(toCandidates)
  return {
    items: candidates.flatMap(({ models }) => models.map(({ model }) => model)),
    defaultModel: chooseDefault(candidates, choice),
    providers: known.map(toStatus),
  }
}

/** What shows, of a server that was only looked for, that it is not there at all. */
const absentCodes = new Set<ProblemCode>([
  'provider-unreachable',
  'provider-malformed',
  'provider-rejected',
  'provider-timeout',
])

function toStatus({ source, finding }: Known): ProviderStatus {
  const { name } = source.provider
  const { health } = finding
  if (health.status === 'ok') return { name, status: 'ok', detail: finding.note ?? missingModel(source, finding) ?? '' }
  if (health.status === 'starting') {
    return {
      name,
      status: 'starting',
      detail: health.detail,
      ...(health.progress !== undefined && { progress: health.progress }),
    }
  }
  const isAbsent = health.status === 'off' || (!source.configured && absentCodes.has(health.code))
  return { name, status: isAbsent ? 'off' : 'down', detail: health.detail }
}

function missingModel(source: Source, { models }: Finding): string | undefined {
  const wanted = source.preferredModel
  if (wanted === undefined || models.some(({ model }) => isNamed(model, wanted))) return undefined
  const instead = chooseWithin({ name: source.provider.name, models })
  const meanwhile = instead ? `${instead.name} is used instead` : 'there is no other that can chat'
  return `The model ${wanted} is not there and ${meanwhile}: ${source.remedy(wanted)}.`
}
