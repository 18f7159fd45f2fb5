export { apiBase, pageBase } from './base.ts'
export { linkTo } from './link.ts'
export { createRouter, type Router } from './router.svelte.ts'
export type { Place } from './routes.ts'
