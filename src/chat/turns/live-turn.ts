import type { BrainId, UserId } from '../../core/index.ts'
import type { Message, Turn, TurnEvent, TurnId } from '../schema.ts'

/** An event with its number within the turn, from 1. */
export type NumberedEvent = { readonly number: number; readonly event: TurnEvent }

/** A turn that is being answered by this process: its events so far, and whoever follows them. */
export type LiveTurn = {
  readonly ownerId: UserId
  readonly brainId: BrainId
  readonly turn: Turn
  readonly signal: AbortSignal
  /** The answer as it stands, for whoever opens the conversation now. */
  readonly message: () => Message
  /** Adds an event; returns its number. */
  readonly publish: (event: TurnEvent) => number
  /** The number of the last event. */
  readonly count: () => number
  /** The events after number `after`, those to come too, until the turn ends or the follower's signal aborts. */
  readonly follow: (after: number, signal: AbortSignal) => AsyncGenerator<NumberedEvent>
  /** Ends the generation; the provider's socket is closed at once. */
  readonly halt: (why: 'stopped' | 'interrupted') => void
  readonly haltedBy: () => 'stopped' | 'interrupted' | undefined
  /** Resolves when the turn has ended and been stored. */
  readonly ended: Promise<void>
  readonly end: () => void
}

type LiveTurnInput = {
  readonly ownerId: UserId
  readonly brainId: BrainId
  readonly turn: Turn
  readonly message: Message
}

/** Makes the live side of a turn. Events are kept until the turn has ended and been stored. */
export function createLiveTurn({ ownerId, brainId, turn, message: start }: LiveTurnInput): LiveTurn {
  const events: TurnEvent[] = []
  const controller = new AbortController()
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<void>()
  let wake = Promise.withResolvers<void>()
  let isOver = false
  let halted: 'stopped' | 'interrupted' | undefined
  let message = start

  const announce = () => {
    const { resolve } = wake
    wake = Promise.withResolvers()
    resolve()
  }

  const publish = (event: TurnEvent): number => {
    events.push(event)
    message = advance(message, event)
    announce()
    return events.length
  }

  async function* follow(after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    signal.addEventListener('abort', announce, { once: true })
    try {
      for (let index = after; !signal.aborted; ) {
        for (; index < events.length; index += 1) yield { number: index + 1, event: events[index] as TurnEvent }
        if (isOver || signal.aborted) return
        await wake.promise
      }
    } finally {
      signal.removeEventListener('abort', announce)
    }
  }

  return {
    ownerId,
    brainId,
    turn,
    signal: controller.signal,
    message: () => message,
    publish,
    count: () => events.length,
    follow,
    halt: (why) => {
      halted ??= why
      controller.abort()
    },
    haltedBy: () => halted,
    ended,
    end: () => {
      isOver = true
      announce()
      resolveEnded()
    },
  }
}

function advance(message: Message, event: TurnEvent): Message {
  switch (event.type) {
    case 'text-delta':
      return { ...message, text: message.text + event.text }
    case 'reasoning-delta':
      return { ...message, reasoning: message.reasoning + event.text }
    case 'citation':
      return { ...message, citations: [...message.citations, event.citation] }
    case 'usage':
      return { ...message, usage: event.usage }
    case 'context':
      return { ...message, model: event.context.model }
    case 'turn-end':
      return event.message
    case 'turn-start':
    case 'problem':
      return message
    default:
      return event satisfies never
  }
}

/** The turns of this process, by id. */
export type LiveTurns = ReturnType<typeof createLiveTurns>

export function createLiveTurns() {
  const turns = new Map<TurnId, LiveTurn>()
  return {
    add: (live: LiveTurn) => {
      turns.set(live.turn.id as TurnId, live)
      void live.ended.then(() => turns.delete(live.turn.id as TurnId))
    },
    get: (id: TurnId): LiveTurn | undefined => turns.get(id),
    all: (): readonly LiveTurn[] => [...turns.values()],
  }
}
