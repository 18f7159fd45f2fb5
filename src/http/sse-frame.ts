import type { StreamEvent } from './route.ts'

// Breaks a line for a standard reader, or for readers that split at every line break Unicode knows.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
const lineBreaks = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/
const hiddenBreaks = /[\x85\u2028\u2029]/
const allHiddenBreaks = /[\x85\u2028\u2029]/g
const plain = /^[\x21-\x7e]+$/

const escapeBreak = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON has no raw control characters; what is left that some readers take for a line break is escaped. */
function jsonLine(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null'
  return hiddenBreaks.test(json) ? json.replaceAll(allHiddenBreaks, escapeBreak) : json
}

function dataLines(value: unknown): string {
  if (typeof value !== 'string') return `data: ${jsonLine(value)}\n`
  if (!lineBreaks.test(value)) return `data: ${value}\n`
  return value
    .split(lineBreaks)
    .map((line) => `data: ${line}\n`)
    .join('')
}

function assertPlain(name: 'id' | 'event', value: string): string {
  if (!plain.test(value)) throw new TypeError(`The ${name} of a stream event may hold visible ASCII only.`)
  return value
}

/**
 * One frame of an event stream. Nothing in it can end the frame early: ids and event names are visible ASCII, data is
 * JSON in one line, and a text that holds line breaks becomes several data lines.
 * @throws TypeError for an id or event name with other characters
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function formatEvent({ id, event, data }: StreamEvent): string {
  const idLine = id === undefined ? '' : `id: ${assertPlain('id', String(id))}\n`
  const eventLine = event === undefined ? '' : `event: ${assertPlain('event', event)}\n`
  return `${idLine}${eventLine}${dataLines(data)}\n`
}

export const heartbeatFrame = ': ping\n\n'
export const retryLine = 'retry: 1000\n'
