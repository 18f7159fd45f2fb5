import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ProblemCode, ProblemError, toProblem } from '../core/index.ts'
import { apiHeaders } from './security-headers.ts'

const codeOf = (errorCode: string | undefined): ProblemCode => {
  if (errorCode === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout'
  return errorCode === 'HPE_HEADER_OVERFLOW' ? 'headers-too-large' : 'malformed-request'
}

/**
 * Answers what never became a request: headers too slow, too large or not HTTP. There is no response object yet, so the
 * reply is written by hand, and only where it cannot land in the middle of another.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  const unsent = !('_httpMessage' in socket) || socket._httpMessage === null
  if (error.code === 'ECONNRESET' || !socket.writable || !unsent) {
    socket.destroy()
    return
  }
  const problem = toProblem(new ProblemError(codeOf(error.code)))
  const body = JSON.stringify(problem)
  const headers = { ...apiHeaders, 'content-type': 'application/problem+json', connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const first = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`
  socket.end([first, ...lines, `content-length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'))
}
