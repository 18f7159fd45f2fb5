import { ProblemError } from '../../core/index.ts'
import { parseJson } from '../ask.ts'
import type { FinishReason, ModelEvent, ModelRequest } from '../contract.ts'
import { fromStreamError, type Wording } from '../faults.ts'
import { malformed } from '../lines.ts'
import { type AnswerParser, type Counted, cutOff, estimateTokens, readLast, usageOf } from '../parser.ts'
import { createSseReader } from './sse.ts'
import { type Chunk, chunkSchema, isChunk, readError } from './wire.ts'

type ParserOptions = { readonly wording: Wording; readonly maxLineBytes: number }

/** Reads the event stream of chat completions as OpenAI, llama.cpp, vLLM, LM Studio and Ollama send it. */
export function createOpenAiParser(request: ModelRequest, { wording, maxLineBytes }: ParserOptions): AnswerParser {
  const reader = createSseReader({ maxLineBytes })
  let outputBytes = 0
  let counted: Counted = {}
  let reason: FinishReason | undefined
  let done = false
  let begun = false

  const read = (payload: string): ModelEvent[] => {
    if (done) return []
    if (payload.trim() === '[DONE]') {
      done = true
      return []
    }
    const chunk = parseChunk(payload, wording)
    begun = true
    counted = countsOf(chunk) ?? counted
    const choice = chunk.choices?.find(({ index }) => (index ?? 0) === 0)
    const events = choice && reason === undefined ? deltasOf(choice) : []
    if (choice?.finish_reason) reason ??= toReason(choice.finish_reason, wording)
    for (const event of events) outputBytes += Buffer.byteLength(event.text)
    return events
  }
  return {
    *push(bytes) {
      for (const payload of reader.push(bytes)) yield* read(payload)
    },
    state: () => {
      if (done) return 'closed'
      return reason === undefined ? 'open' : 'closing'
    },
    *end() {
      yield* readLast(() => [...reader.end()].flatMap(read), begun, wording)
      if (reason === undefined) throw cutOff(wording)
      yield { type: 'usage', usage: usageOf(counted, () => estimateTokens(request, outputBytes)) }
      yield { type: 'finish', reason }
    },
  }
}

function parseChunk(payload: string, wording: Wording): Chunk {
  const value = parseJson(payload)
  const error = readError(value)
  if (error) throw fromStreamError(error, wording)
  const isPart = isChunk(value) && (value.choices ?? value.usage ?? value.object === 'chat.completion.chunk')
  if (!isPart) throw malformed('an event that is no part of an answer', chunkSchema.safeParse(value).error)
  return value
}

type Choice = NonNullable<Chunk['choices']>[number]

function deltasOf({ delta }: Choice): Extract<ModelEvent, { text: string }>[] {
  const reasoning = delta?.reasoning_content || delta?.reasoning
  const text = delta?.content || delta?.refusal
  return [
    ...(reasoning ? [{ type: 'reasoning-delta' as const, text: reasoning }] : []),
    ...(text ? [{ type: 'text-delta' as const, text }] : []),
  ]
}

function countsOf({ usage, timings }: Chunk): Counted | undefined {
  if (usage) return { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens ?? undefined }
  if (timings?.prompt_n == null || timings.predicted_n == null) return undefined
  return { inputTokens: timings.prompt_n + (timings.cache_n ?? 0), outputTokens: timings.predicted_n }
}

function toReason(reason: string, { who }: Wording): FinishReason {
  if (reason === 'content_filter') {
    throw new ProblemError('provider-rejected', { detail: `${who} stopped the answer: its content filter objected.` })
  }
  if (reason === 'abort' || reason === 'error') {
    throw new ProblemError('provider-cut', { detail: `${who} broke the answer off.` })
  }
  return reason === 'length' || reason === 'max_tokens' ? 'length' : 'stop'
}
