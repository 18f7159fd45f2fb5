export { type Theme, theme } from './theme.svelte.ts'
