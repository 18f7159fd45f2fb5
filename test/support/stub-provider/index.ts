import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { pageOf, type StubModel, type StubSettings } from './pages.ts'
import { answer, type StubScript, type StubStep } from './script.ts'
import { createOllamaWire, createOpenAiWire, type Wire } from './wire.ts'

export type { StubSettings } from './pages.ts'
export { answer, refusal, type StubScript, type StubStep } from './script.ts'

/** One request for an answer as it arrived, and what became of its connection. */
export type StubRequest = {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown>
  /** Settles when the exchange is over: `aborted` when the other side closed the socket before the reply was whole. */
  readonly closed: Promise<'finished' | 'aborted'>
  /** Bytes of the reply that have been handed to the socket. */
  readonly sentBytes: () => number
}

/** A real HTTP server that speaks Ollama's and OpenAI's wire formats from a script. See the README beside this file. */
export type StubProvider = {
  readonly url: string
  readonly settings: StubSettings
  /** Requests for answers, oldest first. */
  readonly requests: readonly StubRequest[]
  /** Every request's `METHOD /path`, pages included. */
  readonly log: readonly string[]
  /** What the coming requests are answered with, one script each; the last one stays. */
  readonly play: (...scripts: StubScript[]) => void
  /** Waits until an answer has come to a gate, then opens it. */
  readonly next: () => Promise<void>
  /** Waits until an answer has come to a gate: what stood before it has been sent. */
  readonly reached: () => Promise<void>
  /** The next request for an answer, or one that has come and was not taken yet. */
  readonly request: () => Promise<StubRequest>
  readonly openSockets: () => number
  readonly close: () => Promise<void>
}

export async function startStubProvider(settings: Partial<StubSettings> = {}): Promise<StubProvider> {
  const state = createState(settings)
  const server = createServer((request, response) => void serve(request, response, state))
  let sockets = 0
  server.on('connection', (socket) => {
    sockets += 1
    socket.on('close', () => {
      sockets -= 1
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    settings: state.settings,
    requests: state.requests,
    log: state.log,
    play: (...scripts) => {
      state.scripts = scripts
    },
    next: async () => (await state.gates.take()).open(),
    reached: state.gates.seen,
    request: state.arrivals.take,
    openSockets: () => sockets,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const defaultModels: readonly StubModel[] = [{ name: 'llama3.2:latest' }]

function createState(settings: Partial<StubSettings>) {
  return {
    settings: {
      models: defaultModels,
      llamacpp: false,
      loading: false,
      failWith: undefined,
      silent: false,
      ...settings,
    } as StubSettings,
    scripts: [answer('Hello', ' there')] as StubScript[],
    requests: [] as StubRequest[],
    log: [] as string[],
    gates: createQueue<{ open: () => void }>(),
    arrivals: createQueue<StubRequest>(),
  }
}

type State = ReturnType<typeof createState>

/** Things that come and wait to be taken. */
function createQueue<T>() {
  const items: T[] = []
  const takers: ((item: T) => void)[] = []
  const watchers: (() => void)[] = []
  return {
    put: (item: T) => {
      for (const watcher of watchers.splice(0)) watcher()
      const taker = takers.shift()
      if (taker) taker(item)
      else items.push(item)
    },
    take: () => new Promise<T>((resolve) => (items.length > 0 ? resolve(items.shift() as T) : takers.push(resolve))),
    seen: () => new Promise<void>((resolve) => (items.length > 0 ? resolve() : watchers.push(resolve))),
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/, '')
  state.log.push(`${request.method} ${path}`)
  const body = await readJson(request).catch(() => ({}))
  const isAnswer = path === '/api/chat' || path === '/v1/chat/completions'
  if (isAnswer && !state.settings.loading) return answerWith(request, response, { path, body, state })
  if (state.settings.silent) return
  const page = pageOf(path, body, state.settings) ?? { status: 404, body: { error: 'no such page' } }
  response.writeHead(page.status, { 'content-type': 'application/json' }).end(JSON.stringify(page.body))
}

type Asked = { readonly path: string; readonly body: Record<string, unknown>; readonly state: State }

async function answerWith(
  request: IncomingMessage,
  response: ServerResponse,
  { path, body, state }: Asked,
): Promise<void> {
  const closed = Promise.withResolvers<'finished' | 'aborted'>()
  response.on('close', () => closed.resolve(response.writableFinished ? 'finished' : 'aborted'))
  let sentBytes = 0
  const send = async (bytes: string | Uint8Array) => {
    if (bytes.length === 0 || response.destroyed) return
    sentBytes += Buffer.byteLength(bytes)
    await Promise.race([new Promise((resolve) => response.write(bytes, resolve)), closed.promise])
  }
  const arrived = { path, headers: request.headers, body, closed: closed.promise, sentBytes: () => sentBytes }
  state.requests.push(arrived)
  state.arrivals.put(arrived)
  const script = (state.scripts.length > 1 ? state.scripts.shift() : state.scripts[0]) ?? []
  const model = `${body.model}`
  const wire = path === '/api/chat' ? createOllamaWire(model) : createOpenAiWire(model)
  await speak(script, wire, { response, send, closed: closed.promise, gates: state.gates })
}

type Speech = {
  readonly response: ServerResponse
  readonly send: (bytes: string | Uint8Array) => Promise<void>
  readonly closed: Promise<unknown>
  readonly gates: State['gates']
}

async function speak(script: StubScript, wire: Wire, speech: Speech): Promise<void> {
  const { response } = speech
  const [first] = script
  if (first?.type === 'reply') return refuse(first, wire, response)
  if (first?.type === 'hang') return
  response.writeHead(200, { 'content-type': wire.contentType })
  response.flushHeaders()
  const isRaw = first?.type === 'raw'
  if (!isRaw) await speech.send(wire.opening)
  for (const step of script) {
    if (response.destroyed || !(await perform(step, wire, speech))) return
  }
  response.end()
}

function refuse(step: Extract<StubStep, { type: 'reply' }>, wire: Wire, response: ServerResponse): void {
  const { status, body = '', headers = {} } = step
  const isPage = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const text = isPage ? body : wire.refusal(status, body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
}

/** Does one step; false when nothing is to follow it. */
async function perform(step: StubStep, wire: Wire, { response, send, closed, gates }: Speech): Promise<boolean> {
  switch (step.type) {
    case 'gate': {
      const gate = Promise.withResolvers<void>()
      gates.put({ open: gate.resolve })
      await Promise.race([gate.promise, closed])
      return true
    }
    case 'hang':
      return false
    case 'cut':
      response.destroy()
      return false
    case 'raw':
      await send(step.bytes)
      return true
    case 'endless':
      while (!response.destroyed) {
        await send(wire.spell({ type: 'text', text: step.text }))
        // A write that the kernel takes at once never reaches the event loop: who reads in this process would starve.
        await new Promise((resolve) => setImmediate(resolve))
      }
      return false
    case 'drip':
      for (const byte of Buffer.from(wire.spell({ type: 'text', text: step.text }))) {
        if (response.destroyed) return false
        await send(Uint8Array.of(byte))
        await Promise.race([wait(step.intervalMs), closed])
      }
      return true
    case 'end':
      response.end()
      return false
    default:
      await send(wire.spell(step))
      return true
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
}
