import { ProblemError } from '../core/index.ts'
import type { Model } from './contract.ts'
import type { FoundModel } from './source.ts'

/** One provider's part of the choice, in the order of preference. */
export type Candidates = {
  readonly name: string
  readonly models: readonly FoundModel[]
  readonly preferredModel?: string
}

/** What the operator wants asked when a request names no model. */
export type DefaultChoice = { readonly defaultModel?: string; readonly defaultSource?: string }

/** The model that answers when none is named; `undefined` when nobody can answer. */
export function chooseDefault(candidates: readonly Candidates[], choice: DefaultChoice): Model | undefined {
  const named = choice.defaultModel === undefined ? [] : findModels(candidates, choice.defaultModel)
  if (named[0]) return named[0]
  const source = candidates.filter(({ name }) => name === choice.defaultSource)
  for (const candidate of [...source, ...candidates]) {
    const model = chooseWithin(candidate)
    if (model) return model
  }
  return undefined
}

/** The model of one provider that answers by default: the operator's choice, else the first that can converse. */
export function chooseWithin({ models, preferredModel }: Candidates): Model | undefined {
  const preferred =
    preferredModel === undefined ? undefined : models.find(({ model }) => isNamed(model, preferredModel))
  return (preferred ?? models.find(({ chats }) => chats))?.model
}

/**
 * Finds the model a client asks for: by id (`ollama/llama3.2:latest`), or by a name that one provider alone has. The
 * `:latest` of Ollama may be left out.
 * @throws ProblemError `model-not-found`
 */
export function getModel(candidates: readonly Candidates[], requested: string): Model {
  const [first, second] = findModels(candidates, requested)
  if (!first) {
    const known = candidates.flatMap(({ models }) => models.map(({ model }) => model.id))
    const shown = known.length > 0 ? `There are: ${known.slice(0, 20).join(', ')}.` : 'No provider offers a model now.'
    throw new ProblemError('model-not-found', { detail: `There is no model ${JSON.stringify(requested)}. ${shown}` })
  }
  if (second && first.id !== requested) {
    const detail = `More than one provider has ${JSON.stringify(requested)}: ask for ${first.id} or ${second.id}.`
    throw new ProblemError('model-not-found', { detail })
  }
  return first
}

/** All models of that id, else all of that name; the exact spelling before the one without `:latest`. */
function findModels(candidates: readonly Candidates[], requested: string): Model[] {
  const all = candidates.flatMap(({ models }) => models.map(({ model }) => model))
  const steps: ((model: Model) => boolean)[] = [
    ({ id }) => id === requested,
    ({ id }) => id === `${requested}:latest`,
    ({ name }) => name === requested,
    ({ name }) => name === `${requested}:latest`,
  ]
  return steps.map((step) => all.filter(step)).find((found) => found.length > 0) ?? []
}

/** Tells whether this is what Ollama means by that name. */
export const isNamed = ({ name }: Model, wanted: string): boolean => name === wanted || name === `${wanted}:latest`
