import { type Problem, type ProblemCode, toProblem } from '../../core/index.ts'
import { type ProblemRenderer, reply } from '../../http/index.ts'

const typeOf = (status: number): string => {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

/** Codes that its clients look for by name. */
const theirs: Partial<Record<ProblemCode, string>> = { 'context-too-long': 'context_length_exceeded' }

/** Words a problem as OpenAI does. */
export const errorBody = (problem: Problem) => {
  const [field] = problem.errors ?? []
  const message = field === undefined ? (problem.detail ?? problem.title) : `${field.field}: ${field.message}`
  return {
    error: {
      message,
      type: typeOf(problem.status),
      param: field?.field ?? null,
      code: theirs[problem.code] ?? problem.code.replaceAll('-', '_'),
    },
  }
}

const statusOf = ({ status }: Problem): number => (status === 422 ? 400 : status)

/** @see https://platform.openai.com/docs/guides/error-codes */
export const renderOpenAiProblem: ProblemRenderer = (error, place) => {
  const problem = toProblem(error, place)
  const seconds = Math.ceil((problem.retryAfterMs ?? 0) / 1000)
  return reply(statusOf(problem), errorBody(problem), seconds > 0 ? { 'Retry-After': String(seconds) } : {})
}
