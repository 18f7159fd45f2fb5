import type { z } from 'zod'
import { type FieldError, ProblemError } from '../core/index.ts'

type Part = 'body' | 'query' | 'path'
type Issue = z.core.$ZodIssue

/** Of a union's branches, the one that came furthest says best what is wrong. */
function bestBranch(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return []
  const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((inner) => inner.path.length))
  const ranked = issue.errors.toSorted((left, right) => depth(right) - depth(left))
  const best = ranked[0]
  return best && depth(best) > 0 ? best : []
}

function fieldErrors(issue: Issue, prefix: readonly PropertyKey[], part: Part): readonly FieldError[] {
  const path = [...prefix, ...issue.path]
  const inner = bestBranch(issue)
  if (inner.length > 0) return inner.flatMap((each) => fieldErrors(each, path, part))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: [...path, key].map(String).join('.'), message: 'is not known here' }))
  }
  return [{ field: path.length === 0 ? part : path.map(String).join('.'), message: issue.message }]
}

/** Parses one part of a request. @throws ProblemError `invalid-request`, naming every field at fault */
export function validate(schema: z.ZodType, value: unknown, part: Part): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, [], part)).slice(0, 50)
  const fields = [...new Set(errors.map(({ field }) => field))].join(', ')
  throw new ProblemError('invalid-request', { detail: `The ${part} is wrong at: ${fields.slice(0, 300)}.`, errors })
}

/** The query as an object; a name that is given several times becomes a list. */
export function queryOf(search: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(search)) {
    const known = query[name]
    if (known === undefined) query[name] = value
    else query[name] = [...(Array.isArray(known) ? known : [known]), value]
  }
  return query
}
