import type { Conversation } from '../api/index.ts'

export type Age = 'today' | 'yesterday' | 'week' | 'older'

const dayMs = 86_400_000
const midnight = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()

const ageOf = (conversation: Conversation, now: Date): Age => {
  const days = Math.round((midnight(now) - midnight(new Date(conversation.updatedAt))) / dayMs)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  return days <= 7 ? 'week' : 'older'
}

/** Puts conversations, newest first, under the headings of the list by the reader's own calendar. */
export const groupByAge = (
  conversations: readonly Conversation[],
  now: Date,
): readonly { readonly age: Age; readonly items: readonly Conversation[] }[] => {
  const groups: { age: Age; items: Conversation[] }[] = []
  for (const conversation of conversations) {
    const age = ageOf(conversation, now)
    const last = groups.at(-1)
    if (last?.age === age) last.items.push(conversation)
    else groups.push({ age, items: [conversation] })
  }
  return groups
}
