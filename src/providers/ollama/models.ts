import { askJson, type Server } from '../ask.ts'
import type { Model } from '../contract.ts'
import { type FoundModel, soundsLikeChat } from '../source.ts'
import { showSchema, type Tag, tagsSchema } from './wire.ts'

type Shown = { readonly contextTokens?: number; readonly chats?: boolean }

const askedAtOnce = 4
const embedderFamilies = new Set(['bert', 'nomic-bert', 'xlm-roberta', 'roberta', 'jina-bert-v2', 'gte'])

/** Lists what an Ollama has, with the window of each model; what `/api/show` told is kept for as long as the digest stays. */
export function createOllamaModels(
  server: Server,
  windowTokens: number | undefined,
): (signal: AbortSignal) => Promise<FoundModel[]> {
  const known = new Map<string, Shown>()

  const show = async (tag: Tag, signal: AbortSignal): Promise<Shown> => {
    const key = `${tag.name} ${tag.digest ?? ''}`
    const before = known.get(key)
    if (before) return before
    const body = JSON.stringify({ model: tag.name })
    const told = await askJson(server, showSchema, { method: 'POST', path: '/api/show', body, signal }).catch(
      () => undefined,
    )
    signal.throwIfAborted()
    if (!told) return {}
    const shown = readShown(told.model_info ?? {}, told.capabilities ?? undefined)
    known.set(key, shown)
    return shown
  }

  return async (signal) => {
    const { models } = await askJson(server, tagsSchema, { method: 'GET', path: '/api/tags', signal })
    const tags = models ?? []
    const found: FoundModel[] = []
    for (let start = 0; start < tags.length; start += askedAtOnce) {
      const batch = tags.slice(start, start + askedAtOnce)
      found.push(...(await Promise.all(batch.map(async (tag) => toFound(tag, await show(tag, signal), windowTokens)))))
    }
    return found
  }
}

function readShown(modelInfo: Record<string, unknown>, capabilities: string[] | undefined): Shown {
  const length = Object.entries(modelInfo).find(([key]) => key.endsWith('.context_length'))?.[1]
  return {
    ...(typeof length === 'number' && length > 0 && { contextTokens: length }),
    ...(capabilities && { chats: capabilities.includes('completion') }),
  }
}

function toFound(tag: Tag, shown: Shown, windowTokens: number | undefined): FoundModel {
  const contextTokens = smaller(shown.contextTokens, windowTokens)
  const model: Model = {
    id: `ollama/${tag.name}`,
    provider: 'ollama',
    name: tag.name,
    quality: 'full',
    ...(contextTokens !== undefined && { contextTokens }),
    ...(tag.size !== undefined && { sizeBytes: tag.size }),
  }
  const family = tag.details?.family ?? ''
  return { model, chats: shown.chats ?? (soundsLikeChat(tag.name) && !embedderFamilies.has(family)) }
}

const smaller = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
