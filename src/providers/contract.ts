import type { ProblemCode } from '../core/index.ts'

export type ModelMessage = {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
}

/** What a provider is asked for. Token counts are the model's own; `temperature` is 0–2. */
export type ModelRequest = {
  /** The provider's own name of the model, without the provider's prefix. */
  readonly model: string
  readonly messages: readonly ModelMessage[]
  /** The window to open for the request: prompt and answer together. */
  readonly contextTokens: number
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly stop?: readonly string[]
  readonly seed?: number
}

/** As OpenTelemetry's `gen_ai.usage.*`; `estimated` when the provider sent none and we counted. */
export type Usage = {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly estimated: boolean
}

export type FinishReason = 'stop' | 'length'

/** One step of an answer. A provider that ends without `finish` has been cut off: the adapter throws `provider-cut`. */
export type ModelEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly text: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly reason: FinishReason }

/** A model that can be asked now. `id` is `<provider>/<name>` and is what clients send; `name` is the provider's own. */
export type Model = {
  readonly id: string
  readonly provider: string
  readonly name: string
  /** The largest window the model takes, when the provider tells. */
  readonly contextTokens?: number
  readonly sizeBytes?: number
  /** How far its answers can be trusted: `demo` is the small built-in model, `extractive` no model at all. */
  readonly quality: 'full' | 'demo' | 'extractive'
}

export type ProviderHealth =
  | { readonly status: 'ok' }
  | { readonly status: 'starting'; readonly detail: string; readonly progress?: number }
  | { readonly status: 'down'; readonly code: ProblemCode; readonly detail: string }

/**
 * Who serves models. `models` asks the provider what it has (short time-out, throws ProblemError when it is down);
 * `generate` streams one answer and throws ProblemError `provider-*` on any failure. Aborting the signal closes the
 * provider's socket (or stops the worker's generation) at once and ends the iteration by throwing the abort reason.
 */
export type Provider = {
  readonly name: string
  readonly models: (signal: AbortSignal) => Promise<readonly Model[]>
  readonly generate: (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>
}
