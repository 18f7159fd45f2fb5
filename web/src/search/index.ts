export { default as SearchBox } from './search-box.svelte'
export { default as SearchResults } from './search-results.svelte'
