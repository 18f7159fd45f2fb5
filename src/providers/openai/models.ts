import { ProblemError } from '../../core/index.ts'
import { askJson, type Server } from '../ask.ts'
import type { Model } from '../contract.ts'
import { type FoundModel, soundsLikeChat } from '../source.ts'
import { modelsSchema, propsSchema } from './wire.ts'

/** What a server lists; `contextTokens` is the window it was started with, where it says so for all its models. */
export type Listing = { readonly models: FoundModel[]; readonly madeBy: readonly string[] }

type Place = { readonly provider: string; readonly path: string; readonly contextTokens?: number }

/** Lists the models of an OpenAI-compatible server. */
export async function listOpenAiModels(server: Server, place: Place, signal: AbortSignal): Promise<Listing> {
  const { data: entries } = await askJson(server, modelsSchema, { method: 'GET', path: place.path, signal })
  const models = entries.map((entry): FoundModel => {
    const contextTokens = place.contextTokens ?? entry.max_model_len ?? entry.context_length ?? entry.meta?.n_ctx_train
    const model: Model = {
      id: `${place.provider}/${entry.id}`,
      provider: place.provider,
      name: entry.id,
      quality: 'full',
      ...(contextTokens && { contextTokens }),
      ...(entry.meta?.size && { sizeBytes: entry.meta.size }),
    }
    return { model, chats: soundsLikeChat(entry.id) }
  })
  return { models, madeBy: entries.map(({ owned_by: owner }) => owner ?? '') }
}

/** The window a llama.cpp server was started with; `undefined` where it does not tell. */
export async function askWindow(server: Server, signal: AbortSignal): Promise<number | undefined> {
  try {
    const props = await askJson(server, propsSchema, { method: 'GET', path: '/props', signal })
    return props.default_generation_settings.n_ctx
  } catch (error) {
    if (error instanceof ProblemError && !signal.aborted) return undefined
    throw error
  }
}
