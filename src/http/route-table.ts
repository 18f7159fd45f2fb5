import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { ProblemError } from '../core/index.ts'
import type { Route } from './route.ts'

export type Match = { readonly route: Route; readonly params: Readonly<Record<string, string>> }

/** Where a request goes: to a route, to a place that takes other methods, or nowhere. */
export type Found = Match | { readonly allow: readonly string[] } | undefined

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const noParams: Readonly<Record<string, string>> = Object.freeze({})

/** `/a/{id}` of OpenAPI as the router spells it: `/a/:id`. Our own `{rest+}` takes all that follows, slashes too. */
const routerPath = (path: string): string => path.replaceAll(/\{(\w+)\+\}/g, ':$1{.+}').replaceAll(/\{(\w+)\}/g, ':$1')

function assertDeclared(route: Route, seen: Set<string>): void {
  const place = `${route.method.toUpperCase()} ${route.path}`
  if (!route.access) throw new TypeError(`${place} declares no access; say who may call it.`)
  if (seen.has(place)) throw new TypeError(`${place} is declared twice.`)
  seen.add(place)
}

function decodeParam(name: string, value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch (cause) {
    const errors = [{ field: name, message: 'is not valid percent-encoding' }]
    throw new ProblemError('invalid-request', { detail: `The path is wrong at ${name}.`, errors, cause })
  }
}

/** The path's parts by name, decoded. @throws ProblemError `invalid-request` for malformed percent-encoding */
export function decodeParams(params: Readonly<Record<string, string>>): Record<string, string> {
  const decoded: Record<string, string> = {}
  for (const name in params) decoded[name] = decodeParam(name, params[name] as string)
  return decoded
}

/** Finds routes by method and path. @throws TypeError for a route without access, or declared twice */
export function createRouteTable(routes: readonly Route[]): { find: (method: string, path: string) => Found } {
  const router = new SmartRouter<Route>({ routers: [new RegExpRouter(), new TrieRouter()] })
  const seen = new Set<string>()
  for (const route of routes) {
    assertDeclared(route, seen)
    router.add(route.method.toUpperCase(), routerPath(route.path), route)
  }

  function match(method: string, path: string): Match | undefined {
    const [found, stash] = router.match(method, path)
    const first = found[0]
    if (first === undefined) return undefined
    const [route, names] = first
    if (stash === undefined) return { route, params: names as Record<string, string> }
    let params: Record<string, string> | undefined
    for (const name in names) {
      params ??= {}
      params[name] = stash[names[name] as number] ?? ''
    }
    return { route, params: params ?? noParams }
  }

  return {
    find(method, path) {
      if (!path.startsWith('/')) return undefined
      const found = match(method === 'HEAD' ? 'GET' : method, path)
      if (found) return found
      const allow = methods.filter((other) => match(other, path) !== undefined)
      if (allow.length === 0) return undefined
      return { allow: [...allow, ...(allow.includes('GET') ? ['HEAD'] : []), 'OPTIONS'] }
    },
  }
}
