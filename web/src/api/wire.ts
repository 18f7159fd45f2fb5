import type { components } from './schema.ts'

type Schemas = components['schemas']

export type Conversation = Schemas['Conversation']
export type Message = Schemas['Message']
export type Citation = Schemas['Citation']
export type Turn = Schemas['Turn']
export type Model = Schemas['Model']
export type ProviderStatus = Schemas['ProviderStatus']
export type Account = Schemas['Account']
export type AuthStatus = Schemas['AuthStatus']
export type SearchHit = Schemas['SearchHit']
export type Problem = Schemas['Problem']
export type ProblemCode = Problem['code']
