// A model provider for load: chat completions as OpenAI's, with answers that are ready. Its models are named
// `answer-<pieces>-<ms between them>` and given as arguments; with 0 ms the whole answer leaves in one write.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const models = process.argv.slice(2)
const words = ['Hearth', ' keeps', ' what', ' you', ' told', ' it', ',', ' and', ' says', ' where', ' from', '.']
const head = { id: 'chatcmpl-bench', created: 1_768_469_400 }

const frame = (model: string, fields: object): string =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', model, ...fields })}\n\n`

const piece = (model: string, delta: object, reason: string | null = null): string =>
  frame(model, { choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }], usage: null })

type Answer = {
  readonly intervalMs: number
  readonly frames: readonly string[]
  readonly whole: string
  readonly json: string
}

const usage = (pieces: number) => ({ prompt_tokens: 120, completion_tokens: pieces, total_tokens: 120 + pieces })

function prepare(model: string): Answer {
  const [, pieces = 0, intervalMs = 0] = model.split('-').map(Number)
  const texts = Array.from({ length: pieces }, (_, index) => words[index % words.length] ?? '')
  const frames = [
    piece(model, { role: 'assistant', content: '' }),
    ...texts.map((text) => piece(model, { content: text })),
  ]
  const end = `${piece(model, {}, 'stop')}${frame(model, { choices: [], usage: usage(pieces) })}data: [DONE]\n\n`
  const message = { role: 'assistant', content: texts.join(''), refusal: null }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }]
  const json = JSON.stringify({ ...head, object: 'chat.completion', model, choices, usage: usage(pieces) })
  return { intervalMs, frames: [...frames, end], whole: [...frames, end].join(''), json }
}

const answers = new Map(models.map((model) => [model, prepare(model)]))

/** Keeps the pace of the whole answer: what a late timer has missed is sent with the next. */
function sendPaced(response: ServerResponse, { frames, intervalMs }: Answer): void {
  const startedAtMs = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.min(frames.length, 1 + Math.floor((performance.now() - startedAtMs) / intervalMs))
    for (; sent < due; sent += 1) response.write(frames[sent])
    if (sent < frames.length) return
    clearInterval(timer)
    response.end()
  }, intervalMs)
  response.on('close', () => clearInterval(timer))
}

function reply(request: IncomingMessage, response: ServerResponse, body: string): void {
  if (request.method === 'GET') {
    const list = models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'bench' }))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data: list }))
    return
  }
  const { model, stream } = JSON.parse(body) as { model: string; stream?: boolean }
  const answer = answers.get(model)
  if (answer === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"no such model"}}')
  } else if (stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer.json) })
    response.end(answer.json)
  } else {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    if (answer.intervalMs > 0) sendPaced(response, answer)
    else response.end(answer.whole)
  }
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => reply(request, response, Buffer.concat(chunks).toString()))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())
