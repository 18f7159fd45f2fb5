const hidden = '(hidden)'
const withheld = '(withheld)'
const maxDepth = 4
const maxItems = 50
const maxCharacters = 2000

const secretKey = /authorization|cookie|apikey|passw|passphrase|secret|credential|token(?:hash|value)?$/
const messageKey = /^(?:text|contents?|prompt|systemprompt|messages|delta|snippet|body|answer|reasoning)$/
const credentials = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi
const userInfo = /(\w:\/\/)[^\s/@]*@/g

/** Takes out of log fields what no log may hold. `hide` names a further text that must never appear. */
export type Redaction = {
  readonly hide: (secret: string) => void
  readonly scrub: (text: string) => string
  readonly clean: (value: unknown) => unknown
}

/**
 * Hides the values of keys that look secret, the text of messages, credentials within texts, and every text it was
 * told of. Cuts long texts and lists and whatever lies deeper than four levels.
 */
export function createRedaction(secrets: readonly string[] = []): Redaction {
  // Shorter texts would be found in the middle of ordinary words.
  const worthHiding = (all: readonly string[]) => [...new Set(all)].filter(({ length }) => length >= 4)
  const longestFirst = (all: readonly string[]) => worthHiding(all).sort((a, b) => b.length - a.length)
  let known = longestFirst(secrets)

  function scrub(text: string): string {
    // Cut again afterwards, so that no secret is missed because it was cut in two.
    let clean = text.slice(0, maxCharacters * 4)
    for (const secret of known) clean = clean.replaceAll(secret, hidden)
    clean = clean.replace(userInfo, `$1${hidden}@`).replace(credentials, `$1 ${hidden}`)
    return clean.length > maxCharacters ? `${clean.slice(0, maxCharacters)}…` : clean
  }

  function entry(key: string, value: unknown, depth: number): unknown {
    const plain = key.toLowerCase().replace(/[_-]/g, '')
    if (typeof value === 'boolean' || value === undefined || value === null) return value
    if (secretKey.test(plain)) return hidden
    if (messageKey.test(plain) && typeof value !== 'number') return withheld
    return walk(value, depth + 1)
  }

  const fieldsOf = (value: object, depth: number) =>
    Object.fromEntries(
      Object.entries(value)
        .slice(0, maxItems)
        .map(([key, item]) => [scrub(key), entry(key, item, depth)]),
    )

  const errorOf = (error: Error, depth: number) => ({
    name: error.name,
    ...fieldsOf(error, depth),
    message: scrub(error.message),
    ...(error.stack !== undefined && { stack: scrub(error.stack.slice(error.stack.indexOf('\n    at') + 1)) }),
    ...(error.cause !== undefined && { cause: walk(error.cause, depth + 1) }),
  })

  function walkObject(value: object, depth: number): unknown {
    if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => walk(item, depth + 1))
    if (value instanceof Error) return errorOf(value, depth)
    if (value instanceof Date || value instanceof URL) return scrub(String(value.toJSON()))
    if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`
    return fieldsOf(value, depth)
  }

  function walk(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return scrub(value)
    if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
    if (typeof value !== 'object' || value === null) return value
    return depth > maxDepth ? '(deeper)' : walkObject(value, depth)
  }

  return {
    hide: (secret) => {
      known = longestFirst([...known, secret])
    },
    scrub,
    clean: (value) => walk(value, 0),
  }
}
