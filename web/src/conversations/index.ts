export { default as Sidebar } from './sidebar.svelte'
export { titleOf } from './title.ts'
