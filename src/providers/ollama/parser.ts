import { parseJson } from '../ask.ts'
import type { FinishReason, ModelEvent, ModelRequest } from '../contract.ts'
import { fromStreamError, type Wording } from '../faults.ts'
import { createLineSplitter, malformed } from '../lines.ts'
import { type AnswerParser, type Counted, cutOff, estimateTokens, readLast, usageOf } from '../parser.ts'
import { isPiece, type Line, lineSchema } from './wire.ts'

type ParserOptions = { readonly wording: Wording; readonly maxLineBytes: number }

/** Reads the NDJSON of `/api/chat`. */
export function createOllamaParser(request: ModelRequest, { wording, maxLineBytes }: ParserOptions): AnswerParser {
  const lines = createLineSplitter({ maxLineBytes })
  let outputBytes = 0
  let begun = false
  let finish: Finish | undefined

  const read = (text: string): ModelEvent[] => {
    if (finish || text.trim() === '') return []
    const line = parseLine(text, wording)
    begun = true
    if (line.done) finish = finishOf(line)
    const events = deltasOf(line.message)
    for (const event of events) outputBytes += Buffer.byteLength(event.text)
    return events
  }
  return {
    *push(chunk) {
      for (const line of lines.push(chunk)) yield* read(line)
    },
    state: () => (finish ? 'closed' : 'open'),
    *end() {
      for (const line of lines.end()) yield* readLast(() => read(line), begun, wording)
      if (!finish) throw cutOff(wording)
      yield { type: 'usage', usage: usageOf(finish.counted, () => estimateTokens(request, outputBytes)) }
      yield { type: 'finish', reason: finish.reason }
    },
  }
}

type Finish = { readonly reason: FinishReason; readonly counted: Counted }

function parseLine(text: string, wording: Wording): Line {
  const value = parseJson(text)
  if (isPiece(value)) return value
  const line = lineSchema.safeParse(value)
  if (!line.success) throw malformed('a line that is no part of an answer', line.error)
  if ('error' in line.data) throw fromStreamError({ code: '', message: line.data.error }, wording)
  return line.data
}

const finishOf = (line: Extract<Line, { done: true }>): Finish => ({
  reason: line.done_reason === 'length' ? 'length' : 'stop',
  counted: { inputTokens: line.prompt_eval_count ?? undefined, outputTokens: line.eval_count ?? undefined },
})

function deltasOf(message: Line['message']): Extract<ModelEvent, { text: string }>[] {
  return [
    ...(message?.thinking ? [{ type: 'reasoning-delta' as const, text: message.thinking }] : []),
    ...(message?.content ? [{ type: 'text-delta' as const, text: message.content }] : []),
  ]
}
