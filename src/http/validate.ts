import type { z } from 'zod'
import { type FieldError, ProblemError } from '../core/index.ts'
import { shortField } from './short-field.ts'

type Part = 'body' | 'query' | 'path'
type Issue = z.core.$ZodIssue

/** Of a union's branches, the one that came furthest says best what is wrong. */
function bestBranch(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return []
  // A branch may hold more issues than a call takes arguments.
  const depth = (branch: readonly Issue[]) => branch.reduce((most, { path }) => Math.max(most, path.length), 0)
  const ranked = issue.errors.toSorted((left, right) => depth(right) - depth(left))
  const best = ranked[0]
  return best && depth(best) > 0 ? best : []
}

const maxErrors = 50
const fieldOf = (path: readonly PropertyKey[]): string => shortField(path.map(String).join('.'))

/** Words issues one at a time, so that no more are worded than are shown: the sender chooses how many there are. */
function* fieldErrors(issue: Issue, prefix: readonly PropertyKey[], part: Part): Generator<FieldError> {
  const path = [...prefix, ...issue.path]
  const inner = bestBranch(issue)
  if (inner.length > 0) {
    for (const each of inner) yield* fieldErrors(each, path, part)
  } else if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) yield { field: fieldOf([...path, key]), message: 'is not known here' }
  } else yield { field: path.length === 0 ? part : fieldOf(path), message: issue.message }
}

function firstFieldErrors(issues: readonly Issue[], part: Part): readonly FieldError[] {
  const errors: FieldError[] = []
  for (const issue of issues) {
    for (const error of fieldErrors(issue, [], part)) {
      errors.push(error)
      if (errors.length === maxErrors) return errors
    }
  }
  return errors
}

/** Parses one part of a request. @throws ProblemError `invalid-request`, naming the first fields at fault */
export function validate(schema: z.ZodType, value: unknown, part: Part): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = firstFieldErrors(result.error.issues, part)
  const fields = [...new Set(errors.map(({ field }) => field))].join(', ')
  throw new ProblemError('invalid-request', { detail: `The ${part} is wrong at: ${fields.slice(0, 300)}.`, errors })
}

/** The query as an object; a name that is given several times becomes a list. */
export function queryOf(search: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(search)) {
    const known = query[name]
    if (known === undefined) query[name] = value
    else if (Array.isArray(known)) known.push(value)
    else query[name] = [known, value]
  }
  return query
}
