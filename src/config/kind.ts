import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/** How the text of a setting is read. Every source gives text, so `"true"` in quotes and `true` mean the same. */
export type Kind<T = unknown> = {
  /** Completes the sentence "Expected …". */
  readonly expects: string
  readonly schema: z.ZodType<T, string>
  /** Takes several values: a list in hearth.yaml, separated by commas elsewhere. */
  readonly list?: true
  /** Makes what is written relative absolute; `folder` is where it was written. */
  readonly absolute?: (text: string, folder: string) => string
  /** Names a file that has to be there. */
  readonly existingFile?: true
}

type Refuse = (why?: string) => never

/** A kind whose reader returns the value or calls `refuse`, with a reason when the expectation alone would puzzle. */
export const kindOf = <T>(expects: string, read: (text: string, refuse: Refuse) => T): Kind<T> => ({
  expects,
  schema: z.string().transform((text, context) =>
    read(text.trim(), (why = '') => {
      context.addIssue({ code: 'custom', message: `${why} Expected ${expects}.`.trim() })
      return z.NEVER
    }),
  ),
})

const between = (min: number, max: number) => `from ${min} to ${max}`

/** Text as it is written, line breaks included. */
export const text: Kind<string> = { expects: 'some text', schema: z.string() }

/** One word: a model's or a person's name for something. */
export const name: Kind<string> = kindOf('a name in one line', (text, refuse) =>
  /^[^\p{Cc}]{1,200}$/u.test(text) ? text : refuse(),
)

export const integer = (min: number, max: number): Kind<number> =>
  kindOf(`a whole number ${between(min, max)}`, (text, refuse) => {
    const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : refuse()
  })

export const decimal = (min: number, max: number): Kind<number> =>
  kindOf(`a number ${between(min, max)}`, (text, refuse) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : refuse()
  })

/** A number, or `off` (also `0`, `false`, `no`), which reads as null. */
export const decimalOrOff = (min: number, max: number): Kind<number | null> =>
  kindOf(`a number ${between(min, max)}, or off`, (text, refuse) => {
    if (/^(off|no|false|0)$/i.test(text)) return null
    const parsed = decimal(min, max).schema.safeParse(text)
    return parsed.success ? parsed.data : refuse()
  })

/** One of some words in any case. `also` lists further spellings and what they mean. */
export function choice<const Word extends string>(
  words: readonly Word[],
  also: Readonly<Record<string, Word>> = {},
): Kind<Word> {
  const meanings = new Map<string, Word>([...Object.entries(also), ...words.map((word) => [word, word] as const)])
  return kindOf(`one of ${words.join(', ')}`, (text, refuse) => meanings.get(text.toLowerCase()) ?? refuse())
}

const home = (path: string) => (/^~(?=$|[\\/])/.test(path) ? join(homedir(), path.slice(1)) : path)

/** A folder or file, made absolute; `~/` is the home folder of who runs the server. */
export const path: Kind<string> = {
  ...kindOf('a path', (text, refuse) => (text === '' || text.includes('\0') ? refuse() : text)),
  absolute: (text, folder) => resolve(folder, home(text.trim())),
}

export const existingFile: Kind<string> = {
  ...path,
  expects: 'the path of a file that can be read',
  existingFile: true,
}

/** A host name or an IP address to listen on. Brackets around IPv6 are taken off. */
export const host: Kind<string> = kindOf('a host name or an IP address, without scheme or port', (text, refuse) => {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) || /^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\.?$/i.test(bare) ? bare : refuse()
})

/** The path under which a reverse proxy shows the server: `''` for the root, else `/name` without a slash at the end. */
export const basePath: Kind<string> = kindOf('a path such as /hearth', (text, refuse) => {
  const bare = text.replace(/\/+$/, '')
  if (bare === '') return ''
  return /^(\/[A-Za-z0-9._~-]+)+$/.test(bare) && !/\/\.{1,2}(\/|$)/.test(bare) ? bare : refuse()
})

/** Several values of one kind, none twice. */
const listOf = <T>(expects: string, read: (item: string, refuse: Refuse) => T): Kind<readonly T[]> => ({
  ...kindOf(expects, (text, refuse) => {
    const items = text.split(/[,\n]/).map((item) => item.trim())
    return [...new Set(items.filter((item) => item !== '').map((item) => read(item, refuse)))]
  }),
  list: true,
})

const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** IP addresses and networks (`10.0.0.0/8`). */
export const networks: Kind<readonly string[]> = listOf(
  'IP addresses or networks such as 10.0.0.0/8',
  (text, refuse) => (isNetwork(text) ? text.toLowerCase() : refuse(`${text} is neither.`)),
)

/** Web origins, as a browser writes them. `*` is refused: signed-in requests would be open to every page there is. */
export const origins: Kind<readonly string[]> = listOf('origins such as https://chat.example', (text, refuse) => {
  if (text === '*') return refuse('* would let every page on the web act for whoever is signed in: name the origins.')
  const url = URL.parse(text)
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && /^\/?$/.test(url.pathname + url.search + url.hash)
  return isOrigin && url.username === '' ? url.origin : refuse(`${text} is no origin.`)
})
