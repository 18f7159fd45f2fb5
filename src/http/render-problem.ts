import { ProblemError, toProblem } from '../core/index.ts'
import type { ProblemRenderer, Reply } from './route.ts'

/** Words a failure as problem+json. @see https://www.rfc-editor.org/rfc/rfc9457 */
export const renderNativeProblem: ProblemRenderer = (error, place) => {
  const problem = toProblem(error, place)
  return { kind: 'reply', status: problem.status, body: problem, contentType: 'application/problem+json' }
}

/** The headers HTTP asks for with some failures, whatever shape their body has. */
function headersOf(status: number, retryAfterMs: number | undefined): Record<string, string> | undefined {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="hearth"' }
  if (retryAfterMs === undefined) return undefined
  return { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }
}

/** Renders a failure with the given words and adds `WWW-Authenticate` or `Retry-After` where they belong. */
export const renderWith =
  (render: ProblemRenderer): ProblemRenderer =>
  (error, place) => {
    const reply = render(error, place)
    const headers = headersOf(reply.status, error instanceof ProblemError ? error.retryAfterMs : undefined)
    return { ...reply, body: encodable(reply), ...(headers && { headers: { ...headers, ...reply.headers } }) }
  }

/** @NOTE a body that is an object under a content type of its own is still JSON; a text is sent as it is. */
const encodable = ({ body, contentType }: Reply): unknown =>
  contentType !== undefined && typeof body === 'object' ? JSON.stringify(body) : body
