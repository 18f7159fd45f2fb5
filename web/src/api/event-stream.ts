/** One server-sent event as it came: `id` is the last one seen, also when this frame carries none. */
export type Frame = { readonly event: string; readonly text: string; readonly id: string }

/**
 * Parses an event stream piece by piece; a piece may end anywhere, also between a carriage return and its line feed.
 * @returns the frames that this piece completed
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export const createFrameParser = (): ((piece: string) => Frame[]) => {
  let rest = ''
  let first = true
  let afterReturn = false
  let frame = { event: '', lines: [] as string[] }
  let id = ''

  const takeLine = (line: string): Frame | undefined => {
    if (line === '') {
      const { event, lines } = frame
      frame = { event: '', lines: [] }
      return lines.length > 0 ? { event: event || 'message', text: lines.join('\n'), id } : undefined
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') frame.lines.push(value)
    else if (field === 'event') frame.event = value
    else if (field === 'id' && !value.includes('\0')) id = value
    return undefined
  }

  return (piece) => {
    let text = piece
    if (first && text !== '') {
      text = text.replace(/^\uFEFF/, '')
      first = false
    }
    if (afterReturn && text.startsWith('\n')) text = text.slice(1)
    if (piece !== '') afterReturn = piece.endsWith('\r')
    const lines = (rest + text).split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    return lines.map(takeLine).filter((one) => one !== undefined)
  }
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
