import type { Finding, Source } from './source.ts'

/** Looks at one source until the signal says that time is up. */
export async function lookInTime(source: Source, signal: AbortSignal): Promise<Finding> {
  try {
    return await Promise.race([source.look(signal), rejectOn(signal)])
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

/** Never resolves; rejects with the signal's reason. */
export function rejectOn(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  if (signal.aborted) reject(signal.reason)
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  return promise
}
