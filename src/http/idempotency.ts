import { createHash } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import { type Clock, ProblemError, type Scope } from '../core/index.ts'
import { idempotencyStore, type StoredReply } from './idempotency-store.ts'

const keptMs = 24 * 60 * 60 * 1000
const maxKeyLength = 200
const visible = /^[\x20-\x7e]+$/

// biome-ignore lint/complexity/noBannedTypes: the empty schema is what each room adds its own tables to
type Writer = Transaction<{}>

/** `fingerprint` tells one request from another; it may be of any length, only its hash is kept. */
type Asked = { readonly key: string; readonly fingerprint: string }

/** What came of a claim: `fresh` for the first request with a key; else the first one's reply. */
export type Claimed = { readonly fresh: true } | { readonly fresh: false; readonly reply: unknown }

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')

function assertKey(key: string): void {
  if (key.length <= maxKeyLength && visible.test(key)) return
  const message = `must be 1 to ${maxKeyLength} visible ASCII characters`
  throw new ProblemError('invalid-request', { errors: [{ field: 'Idempotency-Key', message }] })
}

function replyOf({ fingerprint, reply }: StoredReply, asked: Asked): unknown {
  if (fingerprint !== hash(asked.fingerprint)) throw new ProblemError('idempotency-mismatch')
  return JSON.parse(reply)
}

/**
 * Makes a repeated request have one effect. The key is claimed in the transaction of the effect itself, so that both are
 * stored or neither is. Keys belong to their owner and are kept for 24 hours.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
// biome-ignore lint/complexity/noBannedTypes: as above
export function createIdempotency({ db, clock }: { db: { readonly read: Kysely<{}> }; clock: Clock }) {
  const oldestMs = () => clock.now().getTime() - keptMs

  return {
    /**
     * Claims a key for a request whose reply is known before it is stored (ids are made by the caller).
     * @throws ProblemError `idempotency-mismatch` when another request has used the key, `invalid-request` for a bad key
     */
    async claim(tx: Writer, scope: Scope, asked: Asked & { readonly reply: unknown }): Promise<Claimed> {
      const { key, reply } = asked
      assertKey(key)
      const owned = { ownerId: scope.userId, key }
      await idempotencyStore.removeOne(tx, owned, oldestMs())
      const fingerprint = hash(asked.fingerprint)
      const row = { ...owned, fingerprint, reply: JSON.stringify(reply), createdAt: clock.now().getTime() }
      if (await idempotencyStore.insert(tx, row)) return { fresh: true }
      const known = await idempotencyStore.find(tx, owned, oldestMs())
      if (known === undefined) throw new ProblemError('conflict', { detail: 'The key has just expired; try again.' })
      return { fresh: false, reply: replyOf(known, asked) }
    },

    /** The reply an earlier request with this key was given. @throws ProblemError as `claim` */
    async find(scope: Scope, asked: Asked): Promise<{ readonly reply: unknown } | undefined> {
      assertKey(asked.key)
      const known = await idempotencyStore.find(db.read, { ownerId: scope.userId, key: asked.key }, oldestMs())
      return known && { reply: replyOf(known, asked) }
    },

    /** Drops keys older than 24 hours, of all owners. @returns how many */
    prune: (tx: Writer): Promise<number> => idempotencyStore.removeExpired(tx, oldestMs()),
  }
}

export type Idempotency = ReturnType<typeof createIdempotency>
