export { type Api, type ApiOptions, createApi } from './client.ts'
export { createFrameParser, type Frame, readFrames } from './event-stream.ts'
export { Failure, isAbort, type Trouble, troubleOf } from './failure.ts'
export type {
  Account,
  AuthStatus,
  Citation,
  Context,
  Conversation,
  Message,
  Model,
  ProblemCode,
  ProviderStatus,
  SearchHit,
  Turn,
  TurnEvent,
} from './types.ts'
