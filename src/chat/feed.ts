import type { Scope } from '../core/index.ts'

/** What changed for one person, told to every page that this person has open. */
export type FeedEvent =
  | { readonly type: 'conversation-changed'; readonly conversationId: string; readonly runningTurnId: string | null }
  | { readonly type: 'conversation-deleted'; readonly conversationId: string }
  | { readonly type: 'models-changed' }

const maxWaiting = 1_000

type Follower = { readonly userId: string; readonly brainId: string; readonly take: (event: FeedEvent) => void }

/** Carries changes from the verbs to open pages, each owner's to that owner alone. */
export function createFeed() {
  const followers = new Set<Follower>()
  const closing = new AbortController()

  const tell = (scope: Pick<Scope, 'userId' | 'brainId'>, event: FeedEvent) => {
    for (const follower of followers) {
      if (follower.userId === scope.userId && follower.brainId === scope.brainId) follower.take(event)
    }
  }

  const tellEveryone = (event: FeedEvent) => {
    for (const follower of followers) follower.take(event)
  }

  /** The changes from now on, until the signal aborts. A page that reads too slowly loses the oldest and reloads. */
  async function* follow(scope: Scope, left: AbortSignal): AsyncGenerator<FeedEvent> {
    const signal = AbortSignal.any([left, closing.signal])
    const waiting: FeedEvent[] = []
    let wake = Promise.withResolvers<void>()
    const take = (event: FeedEvent) => {
      if (waiting.length >= maxWaiting) waiting.shift()
      waiting.push(event)
      wake.resolve()
    }
    const follower = { userId: scope.userId, brainId: scope.brainId, take }
    const leave = () => wake.resolve()
    followers.add(follower)
    signal.addEventListener('abort', leave, { once: true })
    try {
      while (!signal.aborted) {
        for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) yield event
        await wake.promise
        wake = Promise.withResolvers()
      }
    } finally {
      followers.delete(follower)
      signal.removeEventListener('abort', leave)
    }
  }

  /** Ends every page's stream; the pages come back when the server does. */
  const close = () => closing.abort()

  return { tell, tellEveryone, follow, close }
}

export type Feed = ReturnType<typeof createFeed>
