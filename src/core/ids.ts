import { randomFillSync } from 'node:crypto'

/** An id that names one kind of thing, so that a message's id cannot be passed where a conversation's is meant. */
export type Id<Kind extends string> = string & { readonly __kind: Kind }

export type UserId = Id<'user'>
export type BrainId = Id<'brain'>

// Random bytes are drawn for many ids at once: one call costs as much as the rest of an id, whatever its size.
const pool = Buffer.alloc(8 * 512)
let drawn = pool.length
let lastMs = 0
let counter = 0

/**
 * Makes a UUIDv7: 48 bits of Unix milliseconds, a 12-bit counter that keeps ids of one millisecond in order, and 62
 * random bits. Within one process ids only grow, also when the clock is set back.
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
 */
export function createId<Kind extends string>(nowMs: number = Date.now()): Id<Kind> {
  if (nowMs > lastMs) {
    lastMs = nowMs
    counter = 0
  } else {
    counter += 1
    if (counter > 0xfff) {
      lastMs += 1
      counter = 0
    }
  }
  if (drawn === pool.length) {
    randomFillSync(pool)
    drawn = 0
  }
  const random = pool.toString('hex', drawn, drawn + 8)
  drawn += 8
  const time = lastMs.toString(16).padStart(12, '0')
  const sequence = (0x7000 | counter).toString(16)
  const variant = '89ab'[Number.parseInt(random.charAt(0), 16) & 3]
  return `${time.slice(0, 8)}-${time.slice(8)}-${sequence}-${variant}${random.slice(1, 4)}-${random.slice(4)}` as Id<Kind>
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Tells whether a text has the form of an id; it says nothing of whether such a thing exists. */
export const isId = (text: string): boolean => uuid.test(text)
