/** Waits for a promise, but no longer than until the signal aborts; then it throws the abort reason. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/**
 * Lets one at a time through, in the order of arrival. Whoever has come through calls what it got to let the next one
 * in; whoever gives up while waiting (by the signal) leaves the queue and throws the abort reason.
 */
export function createTurnstile() {
  let last: Promise<void> = Promise.resolve()
  return async function enter(signal: AbortSignal): Promise<() => void> {
    const ahead = last
    const { promise, resolve } = Promise.withResolvers<void>()
    last = promise
    try {
      await abortable(ahead, signal)
    } catch (error) {
      void ahead.then(resolve)
      throw error
    }
    return resolve
  }
}
