import type { Scope } from '../../core/index.ts'
import type { WriteTransaction } from '../../storage/index.ts'
import type { TurnId } from '../schema.ts'

/** Claims an idempotency key in the transaction of its effect; the first one's reply when it was claimed before. */
export type Claim = (
  tx: WriteTransaction,
  scope: Scope,
  claim: { readonly key: string; readonly fingerprint: string; readonly reply: unknown },
) => Promise<{ readonly fresh: true } | { readonly fresh: false; readonly reply: unknown }>

type ClaimTurnInput = {
  readonly tx: WriteTransaction
  readonly scope: Scope
  /** What is asked, and the key it was sent under, if any. */
  readonly input: { readonly idempotencyKey?: string | undefined }
  readonly turnId: TurnId
}

/** The turn that an earlier request with the same key began; undefined when this one is to begin its own. */
export async function claimTurn(
  claim: Claim,
  { tx, scope, input, turnId }: ClaimTurnInput,
): Promise<TurnId | undefined> {
  const { idempotencyKey: key, ...asked } = input
  if (key === undefined) return undefined
  const claimed = await claim(tx, scope, { key, fingerprint: JSON.stringify(asked), reply: { turnId } })
  return claimed.fresh ? undefined : (claimed.reply as { turnId: TurnId }).turnId
}
