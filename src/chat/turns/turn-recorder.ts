import type { Log, Scope } from '../../core/index.ts'
import type { Database } from '../../storage/index.ts'
import type { TurnEvent, TurnId } from '../schema.ts'
import type { NumberedEvent } from './live-turn.ts'
import type { TurnStore } from './turn-store.ts'

export type RecorderOptions = {
  /** Unsaved text that makes a save due at once, in UTF-16 units. */
  readonly flushLength: number
  /** Longest time that shown text stays unsaved. */
  readonly flushMs: number
}

type RecorderDeps = {
  readonly db: Database
  readonly turns: TurnStore
  readonly log: Log
}

/**
 * Saves the events of one turn while they come, at most `flushMs` or `flushLength` behind what has been shown, one save
 * at a time. A save that fails is tried again with the next one; the turn goes on.
 */
export function createTurnRecorder(deps: RecorderDeps, options: RecorderOptions) {
  return function record(scope: Scope, turnId: TurnId) {
    let unsaved: NumberedEvent[] = []
    let unsavedLength = 0
    let timer: NodeJS.Timeout | undefined
    let saving: Promise<void> = Promise.resolve()

    const save = async () => {
      if (unsaved.length === 0) return
      const batch = unsaved
      const length = unsavedLength
      unsaved = []
      try {
        await deps.db.write((tx) => deps.turns.appendEvents(tx, scope, { turnId, events: batch }))
        // Only now: text on its way to the disk is still unsaved.
        unsavedLength -= length
      } catch (error) {
        unsaved = [...batch, ...unsaved]
        deps.log.warn('turn.save-failed', { turnId, error })
      }
    }

    const flush = (): Promise<void> => {
      clearTimeout(timer)
      timer = undefined
      saving = saving.then(save)
      return saving
    }

    /** Takes an event. Where that makes a save due at once, resolves when it has been tried: wait for it before the next. */
    const add = (number: number, event: TurnEvent): Promise<void> | undefined => {
      unsaved.push({ number, event })
      if (event.type === 'text-delta' || event.type === 'reasoning-delta') unsavedLength += event.text.length
      if (unsavedLength >= options.flushLength) return flush()
      timer ??= setTimeout(() => void flush(), options.flushMs)
      return undefined
    }

    /** Stops saving and hands over what is still unsaved, for the transaction that stores the end of the turn. */
    const close = async (): Promise<readonly NumberedEvent[]> => {
      clearTimeout(timer)
      await saving
      return unsaved
    }

    return { add, flush, close }
  }
}

export type TurnRecorder = ReturnType<ReturnType<typeof createTurnRecorder>>
