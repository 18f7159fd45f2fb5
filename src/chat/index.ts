import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Log } from '../core/index.ts'
import type { Route } from '../http/index.ts'
import type { Database } from '../storage/index.ts'
import { type AnswerDeps, type Answerer, createAnswer } from './answering/answer.ts'
import { createComplete } from './answering/complete.ts'
import { createConversationRoutes } from './conversations/conversation-routes.ts'
import { createConversationStore } from './conversations/conversation-store.ts'
import { type ConversationsDeps, createConversations } from './conversations/conversations.ts'
import { createMessageStore } from './conversations/message-store.ts'
import { createMessages } from './conversations/messages.ts'
import { createFeed, type Feed } from './feed.ts'
import { createAcceptTurn } from './turns/accept-turn.ts'
import { type AppendEntry, createEndTurn } from './turns/end-turn.ts'
import { createLaunch, type HistoryOptions } from './turns/launch-turn.ts'
import { createLiveTurns, type LiveTurns } from './turns/live-turn.ts'
import { createEndOrphan, createRecoverTurns } from './turns/recover-turns.ts'
import { createRepeatTurn } from './turns/repeat-turn.ts'
import { createRunTurn } from './turns/run-turn.ts'
import { createStartTurn } from './turns/start-turn.ts'
import { createTurnRecorder, type RecorderOptions } from './turns/turn-recorder.ts'
import { createTurnRoutes } from './turns/turn-routes.ts'
import { createTurnStore } from './turns/turn-store.ts'
import { createTurns } from './turns/turns.ts'

export type { AnswerEvent } from './answering/answer.ts'
export type { CompleteInput, Completion } from './answering/complete.ts'
export type { Answer, Conversation, ConversationId, Message, MessageId, TurnEvent, TurnId } from './schema.ts'
export { messageTextSchema } from './schema.ts'
export type { MessageRow } from './tables.ts'

export type ChatDeps = {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  /** The model to ask; undefined when none can be reached. Throws `model-not-found` for an unknown name. */
  readonly resolve: (model: string | undefined) => Answerer | undefined
  /** Quotes the owner's own words when there is no model. */
  readonly extract: AnswerDeps['extract']
  readonly appendEntry: AppendEntry
  readonly removeEntries: ConversationsDeps['removeEntries']
  readonly claim: ConversationsDeps['claim']
  readonly detectLanguage: (text: string) => string
}

export type ChatOptions = {
  /** Largest window to open on a model, prompt and answer together, in tokens. */
  readonly contextTokens: number
  /** Kept free for an answer whose length nobody limits, in tokens. */
  readonly reserveTokens: number
  readonly history: HistoryOptions
  readonly recorder: RecorderOptions
  /** The operator's prompts, in their order; they stand before any other. */
  readonly operatorPrompts: readonly string[]
  /** How long the events of an ended turn can still be resumed. */
  readonly eventsKeptMs: number
}

/**
 * Builds the room of conversations and turns.
 * @returns the native routes; the verbs that dialects translate to; `recover`, to be called before the first request; and `close`, which gives running turns
 * `graceMs` to end, interrupts the others and waits until all are stored
 */
export function createChat(deps: ChatDeps, options: ChatOptions) {
  const { db, clock, log, resolve, claim, appendEntry } = deps
  const { operatorPrompts } = options
  const conversationStore = createConversationStore(db)
  const messageStore = createMessageStore(db)
  const turnStore = createTurnStore(db, clock.now)
  const live = createLiveTurns()
  const feed = createFeed()
  const closing = new AbortController()
  const stores = { db, conversations: conversationStore, messages: messageStore, turns: turnStore, clock }

  const answer = createAnswer(deps, options)
  const record = createTurnRecorder({ db, turns: turnStore, log }, options.recorder)
  const endTurn = createEndTurn({ ...stores, appendEntry })
  const run = createRunTurn({ answer, record, endTurn, feed, clock, log, closing: closing.signal })
  const launch = createLaunch(
    { messages: messageStore, live, feed, resolve, operatorPrompts, run, clock },
    options.history,
  )
  const endOrphan = createEndOrphan({ ...stores, endTurn, log, live })
  const acceptTurn = createAcceptTurn({ db, endOrphan })
  const startTurn = createStartTurn({ ...stores, resolve, claim, appendEntry, acceptTurn, endOrphan, launch })
  const { regenerate, continueAnswer } = createRepeatTurn({ ...stores, ...deps, acceptTurn, launch })
  const conversations = createConversations({
    ...deps,
    conversations: conversationStore,
    messages: messageStore,
    live,
    feed,
  })
  const messages = createMessages({ ...stores, live })
  const turns = createTurns({ turns: turnStore, messages, live })
  const complete = createComplete({ resolve, answer, operatorPrompts })
  const recover = createRecoverTurns({ ...stores, endTurn, log })

  /** Forgets the events of turns that ended long ago; their messages stay. */
  const dropOldEvents = () =>
    db.write((tx) => turnStore.dropEvents(tx, clock.now().getTime() - options.eventsKeptMs)).then(() => undefined)

  const close = createClose({ live, feed, closing })

  const routes: Route[] = [
    ...createConversationRoutes({ conversations, messages, feed }),
    ...createTurnRoutes({ turns, startTurn, regenerate, continueAnswer }),
  ]
  return {
    routes,
    conversations,
    messages,
    turns,
    startTurn,
    complete,
    feed,
    recover,
    dropOldEvents,
    close,
    running: live.all,
  }
}

type Closing = { readonly live: LiveTurns; readonly feed: Feed; readonly closing: AbortController }

function createClose({ live, feed, closing }: Closing) {
  const allEnded = () => Promise.all(live.all().map((turn) => turn.ended))

  return async (graceMs: number): Promise<void> => {
    feed.close()
    const late = new AbortController()
    await Promise.race([allEnded(), sleep(graceMs, undefined, { signal: late.signal }).catch(() => undefined)])
    late.abort()
    closing.abort()
    for (const turn of live.all()) turn.halt('interrupted')
    await allEnded()
  }
}

export type Chat = ReturnType<typeof createChat>
