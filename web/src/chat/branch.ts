import type { Message } from '../api/index.ts'

type Messages = readonly Message[]

/**
 * Puts a message where it belongs in the shown branch: over its older self, or right after its parent, where it takes
 * the place of the version that was shown and of all that followed it.
 * @returns undefined when the parent is not among the loaded messages, so that the branch must be read again
 */
export const placeMessage = (messages: Messages, message: Message): Messages | undefined => {
  const same = messages.findIndex((one) => one.id === message.id)
  if (same >= 0) return messages.with(same, message)
  if (message.parentMessageId === null) return [message]
  const parent = messages.findIndex((one) => one.id === message.parentMessageId)
  return parent < 0 ? undefined : [...messages.slice(0, parent + 1), message]
}

/**
 * Joins the newest page with what was loaded before it, so that older messages stay in place while the end is new.
 * When the two do not meet (another branch, a long absence), the page alone is the branch.
 */
export const joinNewest = (loaded: Messages, page: Messages): { messages: Messages; joined: boolean } => {
  const first = page[0]
  const at = first === undefined ? -1 : loaded.findIndex((one) => one.id === first.id)
  return at < 0 ? { messages: page, joined: false } : { messages: [...loaded.slice(0, at), ...page], joined: true }
}

/** Which version of a message is shown, counted from 1; undefined when there is only one. */
export const versionOf = (message: Message): { number: number; count: number } | undefined => {
  const count = message.siblings.length
  const at = message.siblings.indexOf(message.id)
  return count < 2 || at < 0 ? undefined : { number: at + 1, count }
}
