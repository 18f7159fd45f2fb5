export type { Fallback } from './dispatch.ts'
export {
  createOperatorClient,
  EgressError,
  type EgressFault,
  type OperatorClient,
  type OperatorReply,
  type OperatorRequest,
  type ReplyBody,
} from './egress.ts'
export { type Claimed, createIdempotency, type Idempotency } from './idempotency.ts'
export { type OpenApiDocument, openApiDocument } from './openapi/document.ts'
export {
  defineRoute,
  type EventStream,
  type HeaderReader,
  type ProblemRenderer,
  type Reply,
  type Route,
  type RouteDefinition,
  reply,
  type ScopeOf,
  type StreamEvent,
  streamOf,
  type Transport,
} from './route.ts'
export type { Admit } from './run-route.ts'
export { createServer, type Server, type ServerDeps, type ServerOptions } from './server.ts'
