export { apiBase, pageBase } from './base.ts'
export { linkTo } from './link.ts'
export { createRouter, type Router } from './router.svelte.ts'
export { formatPlace, type Place, parsePlace } from './routes.ts'
