/** One thing the stub does while it answers. The same script is spoken in the wire format that the request asks for. */
export type StubStep =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly type: 'finish'; readonly reason?: 'stop' | 'length' }
  /** Bytes as they are, in no wire format. */
  | { readonly type: 'raw'; readonly bytes: string | Uint8Array }
  /** An error object inside the running stream. */
  | { readonly type: 'error'; readonly message: string }
  /** Waits for `stub.next()`. */
  | { readonly type: 'gate' }
  /** Does nothing more; the socket stays open until the other side closes it. */
  | { readonly type: 'hang' }
  /** Closes the socket in mid-stream. */
  | { readonly type: 'cut' }
  /** Ends the reply properly, but without the end of an answer. */
  | { readonly type: 'end' }
  /** Says this again and again until the other side closes the socket. */
  | { readonly type: 'endless'; readonly text: string }
  /** Sends the bytes one by one, so long apart. */
  | { readonly type: 'drip'; readonly text: string; readonly intervalMs: number }
  /** Replies with a status and a body instead of an answer; must be the first step. */
  | {
      readonly type: 'reply'
      readonly status: number
      readonly body?: string
      readonly headers?: Record<string, string>
    }

export type StubScript = readonly StubStep[]

/** A whole, ordinary answer: the text in the given pieces, its usage, its end. */
export const answer = (...pieces: string[]): StubScript => [
  ...pieces.map((text): StubStep => ({ type: 'text', text })),
  { type: 'usage', inputTokens: 11, outputTokens: 7 },
  { type: 'finish' },
]

/** A refusal in JSON. */
export const refusal = (status: number, message: string, headers: Record<string, string> = {}): StubScript => [
  { type: 'reply', status, headers, body: message },
]
