import { ProblemError, type Scope } from '../../core/index.ts'
import type { Database, WriteTransaction } from '../../storage/index.ts'
import type { TurnId } from '../schema.ts'
import type { TurnRow } from '../tables.ts'
import type { TurnStore } from './turn-store.ts'

/** Another turn of the conversation is being answered. */
class TurnRunningError extends ProblemError {
  readonly turnId: TurnId

  constructor(turnId: TurnId) {
    super('turn-running')
    this.turnId = turnId
  }
}

type Conversation = { readonly scope: Scope; readonly conversationId: TurnRow['conversationId'] }

/** @throws ProblemError `turn-running` while a turn of the conversation is stored as running */
export async function assertNoneRunning(
  turns: TurnStore,
  tx: WriteTransaction,
  { scope, conversationId }: Conversation,
): Promise<void> {
  const running = await turns.findRunning(tx, scope, conversationId)
  if (running !== undefined) throw new TurnRunningError(running.id)
}

/** Runs the transaction that accepts a turn. */
export type AcceptTurn = <T>(scope: Scope, work: (tx: WriteTransaction) => Promise<T>) => Promise<T>

type AcceptDeps = {
  readonly db: Database
  /** Ends a turn that is stored as running and is answered by nobody; false for one that is answered. */
  readonly endOrphan: (scope: Scope, turnId: TurnId) => Promise<boolean>
}

/**
 * Accepts turns. A write that was told to have failed may be found stored, and with it a turn that nobody answers: where
 * one stands in the way, it is ended first.
 */
export const createAcceptTurn = ({ db, endOrphan }: AcceptDeps): AcceptTurn =>
  async function acceptTurn(scope, work) {
    try {
      return await db.write(work)
    } catch (error) {
      if (!(error instanceof TurnRunningError) || !(await endOrphan(scope, error.turnId))) throw error
      return db.write(work)
    }
  }
