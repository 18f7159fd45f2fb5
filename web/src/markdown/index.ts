export { default as Markdown } from './markdown.svelte'
