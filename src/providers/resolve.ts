import { ProblemError } from '../core/index.ts'
import type { Model } from './contract.ts'
import type { Providers, Resolved } from './registry.ts'

/** Stands for no model at all: the owner's own words, quoted. It can be asked for by name, and is there when nothing else is. */
export const extractiveModel: Model = {
  id: 'hearth/extractive',
  provider: 'hearth',
  name: 'extractive',
  quality: 'extractive',
}

/**
 * Decides who answers a request. `undefined` means that the owner's own words are quoted: when that is asked for, or as
 * long as this machine has no model and none has been set up. A provider that was set up and is down is a failure
 * instead, for then a real answer can be had by mending it.
 * @throws ProblemError `model-not-found`, `provider-unreachable`, `no-model`
 */
export const createResolve = (providers: Pick<Providers, 'list' | 'resolve'>) =>
  function resolve(requested: string | undefined): Resolved | undefined {
    if (requested === extractiveModel.id) return undefined
    const { items, providers: statuses } = providers.list()
    const down = statuses.filter(({ status, name }) => status === 'down' && name !== 'builtin')
    const named = down.find(({ name }) => requested?.startsWith(`${name}/`))
    if (named !== undefined) throw new ProblemError('provider-unreachable', { detail: named.detail })
    const found = items.length > 0 ? providers.resolve(requested) : undefined
    if (found !== undefined) return found
    if (down[0] !== undefined) throw new ProblemError('no-model', { detail: down[0].detail })
    return undefined
  }
