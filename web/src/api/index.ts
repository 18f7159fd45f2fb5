export { type Api, type ApiOptions, createApi } from './client.ts'
export { type Frame, readFrames } from './event-stream.ts'
export { Failure, isAbort, type Trouble, troubleOf } from './failure.ts'
export { createIdempotencyKey } from './idempotency-key.ts'
export type { Context, TurnEvent } from './turn-event.ts'
export type {
  Account,
  AuthStatus,
  Citation,
  Conversation,
  Message,
  Model,
  ProblemCode,
  ProviderStatus,
  SearchHit,
  Turn,
} from './wire.ts'
