import type { Finding, Source } from './source.ts'

/** Looks at one source until the signal says that time is up. */
export async function lookInTime(source: Source, signal: AbortSignal): Promise<Finding> {
  try {
    return await untilAborted(source.look(signal), signal)
  } catch (error) {
    if (!signal.aborted) throw error
    const detail = `${source.provider.name} did not answer in time: is it overloaded or hanging?`
    return { health: { status: 'down', code: 'provider-timeout', detail }, models: [] }
  }
}

/** A provider that is only slow keeps the models it had: to switch over to a worse one would help nobody. */
export function patient(before: Finding | undefined, now: Finding): Finding {
  const slow =
    now.health.status === 'down' &&
    (now.health.code === 'provider-timeout' || now.health.code === 'provider-overloaded')
  if (!slow || before?.health.status !== 'ok') return now
  return { ...before, note: now.health.detail }
}

/** What comes of the work, or the signal's reason once it aborts. The signal keeps no listener of a work that ended. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
