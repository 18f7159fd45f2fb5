import type { Conversation } from '../api/index.ts'
import { t } from './language.svelte.ts'

/** What a conversation is called: its title, the word for home, or the words for one without a name. */
export const titleOf = (conversation: Pick<Conversation, 'kind' | 'title'>): string => {
  if (conversation.kind === 'home') return t('conversations.home')
  return conversation.title.trim() || t('conversations.untitled')
}
