import { formatPlace, type Place, parsePlace } from './routes.ts'

/** The address bar as state. `go` adds a step to the browser's history unless it replaces the present one. */
export type Router = {
  readonly place: Place
  readonly go: (place: Place, how?: { readonly replace?: boolean }) => void
  readonly href: (place: Place) => string
}

/** Follows and writes the address bar below `base` (which ends with a slash). */
export const createRouter = ({ base }: { readonly base: string }): Router => {
  let place = $state.raw(parsePlace(base, new URL(location.href)))
  window.addEventListener('popstate', () => {
    place = parsePlace(base, new URL(location.href))
  })
  return {
    get place() {
      return place
    },
    go(next, how = {}) {
      const address = formatPlace(base, next)
      if (how.replace) history.replaceState(null, '', address)
      else history.pushState(null, '', address)
      place = next
    },
    href: (next) => formatPlace(base, next),
  }
}
