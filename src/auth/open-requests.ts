import type { Transport } from '../http/index.ts'

type Outgoing = Transport['outgoing']

/**
 * The requests that are being answered, by the hash of the login they came with: a stream would outlive its login
 * otherwise. Holds nothing of a request that is over, nor of a login without requests.
 */
export function createOpenRequests() {
  const byLogin = new Map<string, Set<Outgoing>>()

  const leave = (tokenHash: string, outgoing: Outgoing): void => {
    const open = byLogin.get(tokenHash)
    open?.delete(outgoing)
    if (open?.size === 0) byLogin.delete(tokenHash)
  }

  /** Before the login is looked up, so that a login which ends meanwhile ends this request too. */
  const enter = (tokenHash: string, outgoing: Outgoing): void => {
    const open = byLogin.get(tokenHash) ?? new Set()
    if (outgoing.destroyed || open.has(outgoing)) return
    byLogin.set(tokenHash, open.add(outgoing))
    outgoing.once('close', () => leave(tokenHash, outgoing))
  }

  /** Cuts every request of a login. */
  const end = (tokenHash: string): void => {
    for (const outgoing of byLogin.get(tokenHash) ?? []) outgoing.destroy()
  }

  return { enter, leave, end, countLogins: () => byLogin.size }
}

export type OpenRequests = ReturnType<typeof createOpenRequests>
