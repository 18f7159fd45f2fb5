import { createContext } from 'svelte'
import { Session } from './account/session.svelte.ts'
import { createApi } from './api/index.ts'
import { Chat } from './chat/chat.svelte.ts'
import { Connection, type FeedEvent } from './connection/connection.svelte.ts'
import { ConversationList } from './conversations/conversation-list.svelte.ts'
import { language, t } from './i18n/index.ts'
import { ModelList } from './models/model-list.svelte.ts'
import { apiBase, createRouter, pageBase } from './router/index.ts'
import { MessageSearch } from './search/message-search.svelte.ts'
import { Announcer } from './ui/index.ts'

const quiet = (work: Promise<unknown>): void => {
  work.catch(() => {})
}

/** Builds the rooms of the page and introduces them to each other. */
export const createApp = () => {
  const router = createRouter({ base: pageBase })
  const announcer = new Announcer()
  const api = createApi({
    baseUrl: apiBase,
    onSignedOut: () => {
      session.forget()
      if (router.place.name !== 'setup') router.go({ name: 'login' }, { replace: true })
    },
  })
  const session = new Session({ api })
  const conversations = new ConversationList({ api })
  const models = new ModelList({ api })
  const search = new MessageSearch({ api, find: (id) => conversations.find(id) })

  const catchUp = () => {
    quiet(conversations.loadFirst())
    quiet(models.load())
    if (chat.current) quiet(chat.current.sync())
  }
  const take = (event: FeedEvent) => {
    if (event.type === 'models-changed') quiet(models.load())
    else if (event.type === 'conversation-deleted') {
      conversations.drop(event.conversationId)
      if (chat.current?.id === event.conversationId) router.go({ name: 'new' }, { replace: true })
    } else if (chat.current?.id !== event.conversationId) quiet(conversations.refresh(event.conversationId))
    else if (!chat.current.busy || event.runningTurnId === null) quiet(chat.current.sync())
  }
  const connection = new Connection({ api, onEvent: take, onReturn: catchUp })
  const chat = new Chat({
    api,
    waitToRetry: connection.waitToRetry,
    refresh: (id) => conversations.refresh(id),
    change: (id, body) => conversations.change(id, body),
    language: () => language.current,
    announce: announcer.say,
    doneText: () => t('chat.done'),
  })
  /** Shows a conversation, at one of its messages when that is asked for. */
  const openPlace = async (conversationId: string, messageId: string | undefined) => {
    const opened = chat.open(conversationId)
    if (messageId !== undefined) chat.marked = (await opened.jump(messageId)) ? messageId : undefined
    else chat.marked = undefined
    if (messageId !== undefined || !opened.loaded) await opened.sync()
  }
  return { api, openPlace, router, session, conversations, models, search, connection, chat, announcer, catchUp }
}

export type App = ReturnType<typeof createApp>

/** The rooms, for every component under the one that provides them. */
export const [useApp, provideApp] = createContext<App>()
