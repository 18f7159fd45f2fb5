import type { Model, Provider, ProviderHealth } from './contract.ts'

/** A model as discovery sees it: whether it can hold a conversation, or only makes vectors. */
export type FoundModel = { readonly model: Model; readonly chats: boolean }

/** What one look at a provider found. `note` is for people, when something is amiss although it works. */
export type Finding = {
  readonly health: ProviderHealth | { readonly status: 'off'; readonly detail: string }
  readonly models: readonly FoundModel[]
  readonly note?: string
}

/** A provider that may be there, as the registry keeps it. */
export type Source = {
  readonly provider: Provider
  /** Named by the operator, not merely looked for where such servers usually are. */
  readonly configured: boolean
  /** The operator's choice among this provider's models. */
  readonly preferredModel?: string
  /** What to do when the preferred model is not there. */
  readonly remedy: (model: string) => string
  /** Never throws except for the signal: what is wrong is in the finding. */
  readonly look: (signal: AbortSignal) => Promise<Finding>
  /** For a source that knows by itself when it must be looked at again. */
  readonly onChange?: (listener: () => void) => () => void
  readonly close: () => Promise<void>
}

const embedderName = /embed|(^|[/:-])(bge|gte|e5|all-minilm|paraphrase|snowflake-arctic|nomic-bert|jina-.*v\d)/i
const otherPurpose = /whisper|tts|dall-e|moderation|image|transcribe|realtime|sora|rerank|^(babbage|davinci)-/i

/** Tells by its name whether a model is made for conversations; providers that say more are believed first. */
export const soundsLikeChat = (name: string): boolean => !embedderName.test(name) && !otherPurpose.test(name)
