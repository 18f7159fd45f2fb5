import { ProblemError } from '../core/index.ts'
import type { ModelEvent, ModelRequest, Usage } from './contract.ts'
import type { Wording } from './faults.ts'

/** Turns the bytes of one streamed answer into events; it reads nothing and waits for nothing. */
export type AnswerParser = {
  /**
   * The text and the reasoning that this chunk completes, one at a time, so that what came before a fault is kept.
   * @throws ProblemError on anything unreadable
   */
  readonly push: (chunk: Uint8Array) => Iterable<ModelEvent>
  /** `open`: more must come. `closing`: the answer is whole, its usage may still come. `closed`: nothing more comes. */
  readonly state: () => 'open' | 'closing' | 'closed'
  /** The usage and the finish, called once after the last chunk; throws `provider-cut` when the answer is not whole. */
  readonly end: () => Iterable<ModelEvent>
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

/** The failure of an answer whose stream ended before it did. */
export const cutOff = ({ who }: Wording): ProblemError =>
  new ProblemError('provider-cut', { detail: `${who} stopped in mid-answer.` })

/** Reads what stands behind the last line break. A stream that began well and ends inside a line has been cut. */
export function readLast(read: () => ModelEvent[], hasBegun: boolean, wording: Wording): ModelEvent[] {
  try {
    return read()
  } catch (error) {
    if (hasBegun && error instanceof ProblemError && error.code === 'provider-malformed') throw cutOff(wording)
    throw error
  }
}
