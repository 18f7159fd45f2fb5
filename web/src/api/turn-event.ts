import type { components } from './schema.ts'

type Schemas = components['schemas']

/** What the model was given for an answer, without its text. */
export type Context = Schemas['ContextRecord']['context']

/** A failure inside a stream: a problem without the place of a request. */
export type StreamProblem = Pick<Schemas['Problem'], 'code' | 'status' | 'title' | 'detail' | 'retryable'> & {
  readonly retryAfterMs?: number
}

/**
 * The events of a turn, as they come over its stream.
 * @NOTE the OpenAPI document knows an event stream only as text, so this one shape is written by hand.
 */
export type TurnEvent =
  | {
      readonly type: 'turn-start'
      readonly turn: Schemas['Turn']
      readonly userMessage: Schemas['Message'] | null
      /** The answer as it stands; text-deltas are appended to its text. */
      readonly message: Schemas['Message']
    }
  | { readonly type: 'context'; readonly context: Context }
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly text: string }
  | { readonly type: 'citation'; readonly citation: Schemas['Citation'] }
  | { readonly type: 'usage'; readonly usage: Schemas['Usage'] }
  | { readonly type: 'problem'; readonly problem: StreamProblem }
  | {
      readonly type: 'turn-end'
      readonly status: Schemas['Turn']['status']
      readonly finishReason: 'stop' | 'length' | null
      readonly message: Schemas['Message']
    }
