import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { ProblemError } from '../core/index.ts'

const derive = promisify(argon2)
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
const mostAtOnce = 2
const mostWaiting = 16
const retryAfterMs = 1_000
const waiting = new Set<() => void>()
let running = 0

/** Waits for a turn. A caller that leaves gives up its place, and one too many is refused, so that no queue grows. */
async function awaitTurn(signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  if (running < mostAtOnce) {
    running += 1
    return
  }
  if (waiting.size >= mostWaiting) throw new ProblemError('too-many-attempts', { retryAfterMs })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const leave = () => {
    waiting.delete(resolve)
    reject(signal?.reason)
  }
  waiting.add(resolve)
  signal?.addEventListener('abort', leave, { once: true })
  await promise.finally(() => signal?.removeEventListener('abort', leave))
}

/** Hands the turn to who has waited longest. */
function endTurn(): void {
  const [next] = waiting
  if (next === undefined) {
    running -= 1
    return
  }
  waiting.delete(next)
  next()
}

/** Each hash takes 19 MiB and a core: at most two are made at once, the others wait their turn. */
async function takingTurns<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  await awaitTurn(signal)
  try {
    return await work()
  } finally {
    endTurn()
  }
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

/**
 * Hashes a password with argon2id (19,456 KiB, two passes) into a PHC string.
 * @see https://www.rfc-editor.org/rfc/rfc9106 and OWASP's Password Storage Cheat Sheet for the cost
 * @throws ProblemError `too-many-attempts` when too many wait already; the signal's reason once that aborts
 */
export async function hashPassword(password: string, signal?: AbortSignal): Promise<string> {
  const nonce = randomBytes(16)
  const message = password.normalize('NFKC')
  const tag = await takingTurns(() => derive('argon2id', { message, nonce, ...cost }), signal)
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/**
 * Whether a password is the one that was hashed. Takes as long for a wrong one; false for a hash it cannot read.
 * @throws as `hashPassword`
 */
export async function verifyPassword(password: string, hash: string, signal?: AbortSignal): Promise<boolean> {
  const [, memory, passes, parallelism, nonce, expected] = phc.exec(hash) ?? []
  if (nonce === undefined || expected === undefined) return false
  const wanted = Buffer.from(expected, 'base64')
  const parameters = {
    message: password.normalize('NFKC'),
    nonce: Buffer.from(nonce, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: wanted.length,
  }
  return timingSafeEqual(await takingTurns(() => derive('argon2id', parameters), signal), wanted)
}
