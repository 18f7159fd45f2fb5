export { default as ConnectionState } from './connection-state.svelte'
