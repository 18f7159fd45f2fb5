import { ProblemError } from '../core/index.ts'

/** Cuts a byte stream into lines of text, wherever the chunks happen to end. */
export type LineSplitter = {
  /** The lines that this chunk completes, one at a time: those before a faulty one are still handed out. */
  readonly push: (chunk: Uint8Array) => Iterable<string>
  /** The last line when no line break closed it. */
  readonly end: () => Iterable<string>
}

const lineFeed = 10
const carriageReturn = 13

/**
 * Makes a line splitter. Lines end in LF or CRLF; since neither byte occurs inside a multi-byte character, a line is
 * decoded whole and no character can be split.
 * @param maxLineBytes - a longer line is refused before it is stored
 * @throws ProblemError `provider-malformed` when a line is too long or no valid UTF-8
 */
export function createLineSplitter({ maxLineBytes }: { readonly maxLineBytes: number }): LineSplitter {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let parts: Uint8Array[] = []
  let heldBytes = 0

  const hold = (part: Uint8Array) => {
    heldBytes += part.length
    if (heldBytes > maxLineBytes) throw malformed(`a line of more than ${maxLineBytes} bytes`)
    if (part.length > 0) parts.push(part)
  }
  const take = (): string => {
    const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
    parts = []
    heldBytes = 0
    const length = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length
    try {
      return decoder.decode(bytes.subarray(0, length))
    } catch (cause) {
      throw malformed('bytes that are not valid UTF-8', cause)
    }
  }
  return {
    *push(chunk) {
      let start = 0
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, start)) {
        hold(chunk.subarray(start, at))
        yield take()
        start = at + 1
      }
      hold(chunk.subarray(start))
    },
    *end() {
      if (heldBytes > 0) yield take()
    },
  }
}

/** The error for bytes that do not mean what the protocol says they should. */
export const malformed = (what: string, cause?: unknown): ProblemError =>
  new ProblemError('provider-malformed', { detail: `The model provider sent ${what}.`, cause })
