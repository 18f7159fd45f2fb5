import { createLineSplitter, malformed } from '../lines.ts'

/** Takes the payloads out of an event stream, wherever the chunks end. */
export type SseReader = {
  readonly push: (chunk: Uint8Array) => Iterable<string>
  /** The last payload when no empty line closed it. */
  readonly end: () => Iterable<string>
}

const fields = new Set(['data', 'event', 'id', 'retry', 'error'])

/**
 * Makes a reader of server-sent events that keeps only their payloads. It is stricter than a browser in one point: a
 * line that is no field of an event stream (an HTML page, a bare JSON body) is refused, for it would vanish unseen.
 * @throws ProblemError `provider-malformed`
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createSseReader({ maxLineBytes }: { readonly maxLineBytes: number }): SseReader {
  const lines = createLineSplitter({ maxLineBytes })
  let pending: string[] = []
  let pendingLength = 0

  const flush = (): string[] => {
    const payloads = pending.length > 0 ? [pending.join('\n')] : []
    pending = []
    pendingLength = 0
    return payloads
  }
  const read = (line: string): string[] => {
    if (line === '') return flush()
    const [field, value] = parseField(line)
    if (field === 'error') return [...flush(), value]
    if (field !== 'data') return []
    pendingLength += value.length
    if (pendingLength > maxLineBytes) throw malformed(`an event of more than ${maxLineBytes} characters`)
    pending.push(value)
    return []
  }
  return {
    *push(chunk) {
      for (const line of lines.push(chunk)) yield* read(line)
    },
    *end() {
      for (const line of lines.end()) yield* read(line)
      yield* flush()
    },
  }
}

/**
 * Splits a line into its field and its value; a comment has no field.
 * @NOTE two forms outside the standard are in use for failures: a field `error`, and a JSON body in place of the stream
 */
function parseField(line: string): [field: string, value: string] {
  if (line.startsWith('{')) return ['error', line]
  const colon = line.includes(':') ? line.indexOf(':') : line.length
  const field = line.slice(0, colon)
  const value = line.slice(colon + 1).replace(/^ /, '')
  if (field !== '' && !fields.has(field)) throw malformed('something that is no event stream')
  return field === 'error' ? [field, `{"error":${value}}`] : [field, value]
}
