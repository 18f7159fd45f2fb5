export type Frame = { readonly id: string; readonly event: string; readonly data: string }

/** An open event stream that a test reads frame by frame. */
export type Stream = {
  readonly status: number
  readonly headers: Headers
  /** The next frame; undefined at the end. */
  readonly next: () => Promise<Frame | undefined>
  /** All frames up to and with the first that has this event name. */
  readonly until: (event: string) => Promise<Frame[]>
  readonly all: () => Promise<Frame[]>
  /** Goes away in mid-stream. */
  readonly leave: () => void
}

/** Opens a stream by `fetch`, as the page does. */
export async function openStream(url: string, init: RequestInit = {}): Promise<Stream> {
  const controller = new AbortController()
  const reply = await fetch(url, { ...init, signal: controller.signal })
  const frames = readFrames(reply)
  const next = async () => (await frames.next()).value as Frame | undefined
  const collect = async (isLast: (frame: Frame) => boolean) => {
    const seen: Frame[] = []
    for (let frame = await next(); frame !== undefined; frame = await next()) {
      seen.push(frame)
      if (isLast(frame)) break
    }
    return seen
  }
  return {
    status: reply.status,
    headers: reply.headers,
    next,
    until: (event) => collect((frame) => frame.event === event),
    all: () => collect(() => false),
    leave: () => controller.abort(),
  }
}

async function* readFrames(reply: Response): AsyncGenerator<Frame> {
  if (reply.body === null) return
  let rest = ''
  for await (const piece of reply.body.pipeThrough(new TextDecoderStream())) {
    rest += piece
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n')
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const data = field('data')
      if (data !== undefined) yield { id: field('id') ?? '', event: field('event') ?? '', data }
    }
  }
}

/** Posts JSON and opens the stream that answers it. */
export const postStream = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Stream> =>
  openStream(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** The text that the deltas of these frames add up to. */
export const textOf = (frames: readonly Frame[]): string =>
  frames
    .filter(({ event }) => event === 'text-delta')
    .map(({ data }) => JSON.parse(data).text)
    .join('')
