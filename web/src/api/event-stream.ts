/** One server-sent event as it came: `id` is the last one seen, also when this frame carries none. */
export type Frame = { readonly event: string; readonly text: string; readonly id: string }

/** Cuts text that comes in pieces into whole lines; a carriage return and its line feed may come apart. */
const createLineCutter = (): ((piece: string) => string[]) => {
  let rest = ''
  let first = true
  let afterReturn = false
  return (piece) => {
    if (piece === '') return []
    let text = first ? piece.replace(/^\uFEFF/, '') : piece
    if (afterReturn && text.startsWith('\n')) text = text.slice(1)
    first = false
    afterReturn = piece.endsWith('\r')
    const lines = (rest + text).split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    return lines
  }
}

/** A line as its field and value; a line without a colon is a field without a value. */
const cutField = (line: string): readonly [field: string, value: string] => {
  const colon = line.indexOf(':')
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
}

/**
 * Parses an event stream piece by piece; a piece may end anywhere.
 * @returns the frames that this piece completed
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export const createFrameParser = (): ((piece: string) => Frame[]) => {
  const cutLines = createLineCutter()
  let event = ''
  let data: string[] = []
  let id = ''

  const finish = (): Frame | undefined => {
    const frame = data.length > 0 ? { event: event || 'message', text: data.join('\n'), id } : undefined
    event = ''
    data = []
    return frame
  }
  const takeLine = (line: string): Frame | undefined => {
    if (line === '') return finish()
    const [field, value] = cutField(line)
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) id = value
    return undefined
  }
  return (piece) =>
    cutLines(piece)
      .map(takeLine)
      .filter((frame) => frame !== undefined)
}

/**
 * Reads the frames of a reply until it ends; throws what the connection throws.
 * @param onBytes - called whenever anything arrives, heartbeats too
 */
export async function* readFrames(response: Response, onBytes: () => void = () => {}): AsyncGenerator<Frame> {
  if (!response.body) return
  const parse = createFrameParser()
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onBytes()
      yield* parse(decoder.decode(value, { stream: true }))
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}
