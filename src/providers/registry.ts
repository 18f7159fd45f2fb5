import { type Log, type ProblemCode, ProblemError } from '../core/index.ts'
import { getModel } from './choose.ts'
import type { Model, ModelEvent, Provider } from './contract.ts'
import { createDiscovery, type DiscoveryOptions } from './discovery.ts'
import { untilAborted } from './look.ts'
import { type Offer, type ProviderStatus, toCandidates } from './offer.ts'
import type { Source } from './source.ts'
import type { Timers } from './timers.ts'

/** Who answers one turn; it stays the same for the turn, whatever is found meanwhile. */
export type Resolved = { readonly provider: Provider; readonly model: Model }

/** The providers there are, kept up to date by looking for them. */
export type Providers = {
  readonly list: () => Offer
  /** Looks at every provider now; looks that overlap share one. Throws only the signal's reason. */
  readonly refresh: (signal?: AbortSignal) => Promise<void>
  /**
   * The model a request names, or the default one; `undefined` when no model is named and none is there.
   * @throws ProblemError `model-not-found` for a name that nobody, or more than one provider, has
   */
  readonly resolve: (requested?: string) => Resolved | undefined
  /** Calls the listener after every change of the offer; the function it returns ends that. */
  readonly onChange: (listener: () => void) => () => void
  /** Begins to look: again after 3 s while nothing is found, else every 30 s. */
  readonly start: () => void
  readonly stop: () => Promise<void>
}

/** A model that is part of Hearth, in the form the registry takes it. */
export type Builtin = {
  readonly provider: Provider
  readonly status: () => {
    readonly status: ProviderStatus['status']
    readonly detail?: string
    readonly progress?: number
    readonly code?: ProblemCode
  }
  readonly onChange: (listener: () => void) => () => void
}

type RegistryDeps = { readonly sources: readonly Source[]; readonly timers: Timers; readonly log: Log }

/** Keeps the offer of the given sources, the preferred ones first, and hands out who answers. */
export function createRegistry(deps: RegistryDeps, options: DiscoveryOptions): Providers {
  const { sources } = deps
  const listeners = new Set<() => void>()
  const onChange = () => {
    for (const listener of [...listeners]) listener()
  }
  const discovery = createDiscovery({ ...deps, onChange }, options)
  const providers = new Map(sources.map(({ provider }) => [provider.name, watched(provider, discovery.soon)]))
  return {
    list: discovery.offer,
    refresh: async (signal) => {
      signal?.throwIfAborted()
      await (signal ? untilAborted(discovery.look(), signal) : discovery.look())
    },
    resolve: (requested) => {
      const candidates = discovery.known().map(toCandidates)
      const model = requested === undefined ? discovery.offer().defaultModel : getModel(candidates, requested)
      const provider = model && providers.get(model.provider)
      return provider && { provider, model }
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start: discovery.start,
    stop: discovery.stop,
  }
}

/** Looks again at once when a provider that was there is not reached any more. */
function watched(provider: Provider, onLost: () => void): Provider {
  async function* generate(...call: Parameters<Provider['generate']>): AsyncGenerator<ModelEvent> {
    try {
      yield* provider.generate(...call)
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'provider-unreachable') onLost()
      throw error
    }
  }
  return { ...provider, generate }
}
