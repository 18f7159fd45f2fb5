export { loadMarkdown } from './loaded.svelte.ts'
export { default as Markdown } from './text.svelte'
