import type { ModelRequest } from '../contract.ts'

const limitNames = ['max_completion_tokens', 'max_tokens'] as const
const optional = ['stream_options', ...limitNames, 'temperature', 'top_p', 'stop', 'seed'] as const

/** What one model of one server is known to take: the fields it has refused, and how it calls the limit. */
export type Habits = {
  readonly refused: Set<string>
  readonly limitNames: readonly (typeof limitNames)[number][]
}

/** The body of a chat completion, without what the server refuses. */
export function bodyOf(request: ModelRequest, habits: Habits): string {
  const limitName = habits.limitNames.find((name) => !habits.refused.has(name)) ?? limitNames[0]
  const wanted: Record<string, unknown> = {
    stream_options: { include_usage: true },
    [limitName]: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    stop: request.stop,
    seed: request.seed,
  }
  const kept = Object.entries(wanted).filter(([name, value]) => value !== undefined && !habits.refused.has(name))
  return JSON.stringify({
    model: request.model,
    messages: request.messages.map(({ role, text }) => ({ role, content: text })),
    stream: true,
    ...Object.fromEntries(kept),
  })
}

const refusesField = /support|unrecogni[sz]ed|unknown|unexpected|extra|not permitted|not allowed|forbidden/i

/**
 * Learns from a refusal which of the fields that were sent the server does not take. A complaint about a field's value
 * teaches nothing: leaving the field out would quietly do something other than was asked.
 * @returns whether asking again, without them, can help
 */
export function learn(habits: Habits, message: string, sent: string): boolean {
  if (!refusesField.test(message)) return false
  const body: Record<string, unknown> = JSON.parse(sent)
  const named = optional.filter((name) => name in body && new RegExp(`\\b${name}\\b`).test(message))
  const suspects = named.length === 0 && 'stream_options' in body ? ['stream_options'] : named
  for (const name of suspects) habits.refused.add(name)
  return suspects.length > 0
}
