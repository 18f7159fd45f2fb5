/** The interfaces that share the address `POST /chat`. */
export type RootDialect = 'lumia' | 'astra' | 'orbit'

type Asked = {
  readonly body: Readonly<Record<string, unknown>>
  readonly accept: string | null
  readonly hasApiKey: boolean
}

/**
 * Tells whose `POST /chat` a request is, by what only that system's clients send: a `user_id` is Lumia's, a `text`
 * ASTRA's; `stream`, an `Accept` of an event stream or an `X-API-Key` ORBIT's; all else is ASTRA's.
 */
export function tellRootDialect({ body, accept, hasApiKey }: Asked): RootDialect {
  if (body.user_id !== undefined) return 'lumia'
  if (body.text !== undefined) return 'astra'
  const wantsStream = accept?.includes('text/event-stream') === true
  return body.stream !== undefined || wantsStream || hasApiKey ? 'orbit' : 'astra'
}

/** Whether ASTRA's reply has what this client reads: ORBIT's plain answer is in it, its stream and Lumia's are not. */
export const isServed = (dialect: RootDialect, { body }: Pick<Asked, 'body'>): boolean =>
  dialect === 'astra' || (dialect === 'orbit' && body.stream === false)
