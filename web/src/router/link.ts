import type { Router } from './router.svelte.ts'
import type { Place } from './routes.ts'

/** Properties of an anchor that moves inside the page on a plain click and keeps the browser's own ways on others. */
export const linkTo = (router: Router, place: Place) => ({
  href: router.href(place),
  onclick: (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    router.go(place)
  },
})
