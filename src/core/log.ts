type Fields = Readonly<Record<string, unknown>>

/** Where a room writes what an operator should know. Fields never hold secrets or the text of messages. */
export type Log = {
  readonly debug: (event: string, fields?: Fields) => void
  readonly info: (event: string, fields?: Fields) => void
  readonly warn: (event: string, fields?: Fields) => void
  readonly error: (event: string, fields?: Fields) => void
}

const nothing = () => undefined

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
