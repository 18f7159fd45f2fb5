import type { ModelEvent, ModelRequest, Usage } from './contract.ts'

/** Turns the bytes of one streamed answer into events; it reads nothing and waits for nothing. */
export type AnswerParser = {
  /** The events that this chunk completes: text and reasoning only. Throws ProblemError on anything unreadable. */
  readonly push: (chunk: Uint8Array) => ModelEvent[]
  /** `open`: more must come. `closing`: the answer is whole, its usage may still come. `closed`: nothing more comes. */
  readonly state: () => 'open' | 'closing' | 'closed'
  /** The usage and the finish, called once after the last chunk; throws `provider-cut` when the answer is not whole. */
  readonly end: () => ModelEvent[]
}

/** What a provider counted, as far as it told. */
export type Counted = { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined }

const bytesPerToken = 4

/** Roughly how many tokens were sent and received, for providers that do not count: one per four bytes of UTF-8. */
export function estimateTokens({ messages }: ModelRequest, outputBytes: number): Estimate {
  const inputBytes = messages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  return { inputTokens: Math.ceil(inputBytes / bytesPerToken), outputTokens: Math.ceil(outputBytes / bytesPerToken) }
}

type Estimate = { readonly inputTokens: number; readonly outputTokens: number }

/** The provider's own counts, filled in by the estimates (and marked so) where it sent none. */
export function usageOf(counted: Counted, estimates: () => Estimate): Usage {
  const { inputTokens, outputTokens } = counted
  if (inputTokens !== undefined && outputTokens !== undefined) return { inputTokens, outputTokens, estimated: false }
  const guess = estimates()
  return {
    inputTokens: inputTokens ?? guess.inputTokens,
    outputTokens: outputTokens ?? guess.outputTokens,
    estimated: true,
  }
}
