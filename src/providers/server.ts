import { ProblemError } from '../core/index.ts'
import type { OperatorClient } from '../http/index.ts'
import type { AnswerLimits } from './answer.ts'
import type { RefusalReader, Server } from './ask.ts'
import type { Finding } from './source.ts'
import type { Timers } from './timers.ts'

/** What every wire protocol works with; `connect` opens a client for one configured address. */
export type SourceDeps = {
  readonly connect: (address: string) => OperatorClient
  readonly timers: Timers
}

/** Where one server is and how it is used. */
export type SourceOptions = {
  readonly baseUrl: string
  readonly configured: boolean
  readonly model?: string
  readonly apiKey?: string
  readonly limits: AnswerLimits
}

type Voice = {
  readonly who: (address: string) => string
  readonly start: string
  readonly credentials: string
  readonly readRefusal: RefusalReader
}

/** Opens one server, with its key and its words. */
export function createServer({ connect }: SourceDeps, { baseUrl, apiKey }: SourceOptions, voice: Voice): Server {
  const client = connect(baseUrl)
  return {
    client,
    headers: { accept: 'application/json, text/event-stream', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
    readRefusal: voice.readRefusal,
    wording: {
      who: voice.who(client.address),
      start: voice.start,
      credentials: voice.credentials,
      secrets: apiKey ? [apiKey] : [],
    },
  }
}

/** Turns a failed look into a finding; only the signal's own reason is thrown. */
export async function lookAt(look: () => Promise<Finding>, signal: AbortSignal): Promise<Finding> {
  try {
    return await look()
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ProblemError)) throw error
    const detail = error.detail ?? error.message
    return { health: { status: 'down', code: error.code, detail }, models: [] }
  }
}
