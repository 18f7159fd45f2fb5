export { type BuiltinStatus, createBuiltin } from './builtin/index.ts'
export type {
  FinishReason,
  Model,
  ModelEvent,
  ModelMessage,
  ModelRequest,
  Provider,
  ProviderHealth,
  Usage,
} from './contract.ts'
export { createProviders, type ProvidersDeps, type ProvidersOptions } from './create-providers.ts'
export type { Offer, ProviderStatus } from './offer.ts'
export type { Builtin, Providers, Resolved } from './registry.ts'
export { createModelRoutes } from './routes.ts'
export { createDemo } from './scripted/demo.ts'
export { createScripted, type Script, type ScriptStep } from './scripted/scripted.ts'
export { systemTimers, type Timers } from './timers.ts'
export { createResolve, extractiveModel } from './resolve.ts'
