export { Connection, type ConnectionStatus, type FeedEvent } from './connection.svelte.ts'
export { default as ConnectionState } from './connection-state.svelte'
