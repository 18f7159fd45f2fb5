import { pino, stdTimeFunctions } from 'pino'
import type { Log } from '../core/index.ts'
import { createRedaction } from './secrets.ts'
import { formatText } from './text.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export type LogOptions = {
  readonly level: LogLevel
  /** `auto`: text in a terminal, JSON lines elsewhere. */
  readonly format?: 'auto' | 'json' | 'text'
  /** Takes one line with its line break; standard output when absent. */
  readonly write?: (line: string) => void
  /** Whether `write` ends in a terminal: decides what `auto` means, and colours. */
  readonly isTerminal?: boolean
  /** Texts that may appear in no line. */
  readonly secrets?: readonly string[]
}

/** The log of a process. `hide` adds a text that may appear in no later line, such as a set-up token. */
export type ProcessLog = Log & { readonly hide: (secret: string) => void }

const toStandardOutput = (line: string) => {
  process.stdout.write(line)
}

/**
 * Makes the log of a process: one line per event, with its fields cleaned of secrets and of the text of messages. A line
 * is made on the spot, and nothing at all is done for a level that is off. Logging never throws.
 */
export function createLog(options: LogOptions): ProcessLog {
  const { level, format = 'auto', write = toStandardOutput, isTerminal = process.stdout.isTTY === true } = options
  const redaction = createRedaction(options.secrets)
  const asText = format === 'text' || (format === 'auto' && isTerminal)
  const sink = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: asText ? (line) => write(formatText(line, { coloured: isTerminal })) : write },
  )

  const cleaned = (fields: object): Record<string, unknown> => {
    try {
      // These names are the line's own.
      const { level, time, event, ...rest } = redaction.clean({ ...fields }) as Record<string, unknown>
      const own = Object.entries({ level, time, event }).filter(([, value]) => value !== undefined)
      return { ...rest, ...Object.fromEntries(own.map(([key, value]) => [`${key}Field`, value])) }
    } catch {
      return { fields: 'could not be read' }
    }
  }
  const at =
    (name: LogLevel): Log[LogLevel] =>
    (event, fields) => {
      // A single object to log, never format arguments: a `%s` in an event stays as it is.
      if (sink.isLevelEnabled(name)) sink[name](fields === undefined ? {} : cleaned(fields), redaction.scrub(event))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), hide: redaction.hide }
}
