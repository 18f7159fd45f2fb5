const colours = { debug: 90, info: 36, warn: 33, error: 31 } as const
const grey = 90

// Line breaks and escape sequences in a value could fake lines or drive the terminal.
const escaped = (text: string) =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (sign) => `\\u{${(sign.codePointAt(0) as number).toString(16)}}`)

function word(value: unknown): string {
  if (typeof value !== 'string') return escaped(JSON.stringify(value))
  return /^[\w.:/@%+,()-]+$/.test(value) ? value : `"${escaped(value)}"`
}

type Thrown = { readonly name: string; readonly message: string; readonly stack: string }

const isThrown = (value: unknown): value is Thrown => typeof value === 'object' && value !== null && 'stack' in value

const brief = (value: unknown): unknown => (isThrown(value) ? `${value.name}: ${value.message}` : value)

const stackOf = (value: unknown): string =>
  isThrown(value) ? `\n${value.stack.split('\n').map(escaped).join('\n')}` : ''

/**
 * Words one JSON line of the log for a reader: time of day (UTC), level, event, then `name=value`. The stack of an
 * error follows on lines of its own.
 */
export function formatText(json: string, { coloured }: { coloured: boolean }): string {
  const { level, time, event, ...fields } = JSON.parse(json) as Record<string, unknown>
  const paint = (code: number, text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text)
  const name = String(level) as keyof typeof colours
  const words = Object.entries(fields).map(([key, value]) => `${escaped(key)}=${word(brief(value))}`)
  return [
    paint(grey, String(time).slice(11, 23)),
    paint(colours[name] ?? grey, name.padEnd(5)),
    escaped(String(event)),
    paint(grey, words.join(' ')),
  ]
    .join(' ')
    .trimEnd()
    .concat(Object.values(fields).map(stackOf).join(''), '\n')
}
