/** The worker process: holds the model in memory and answers one request at a time, told by the server over IPC. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { ProblemCode } from '../../../core/index.ts'
import { type ChatItem, type Loaded, openLlama } from './llama.ts'
import { type FromWorker, parseToWorker, type ToWorker } from './protocol.ts'

type Load = Extract<ToWorker, { type: 'load' }>
type Generate = Extract<ToWorker, { type: 'generate' }>

// The engine keeps a token of room free; past its window it would drop history without a word.
const reservedTokens = 4

const defaults = { temperature: 0.7, topP: 0.9, topK: 40, repeatPenalty: { penalty: 1.1, lastTokens: 64 } } as const

let loaded: Loaded | undefined
const running = new Map<number, AbortController>()

const send = (message: FromWorker): void => {
  if (process.connected) process.send?.(message)
}

const fail = (code: ProblemCode, detail: string, id?: number): void =>
  send({ type: 'error', code, detail, ...(id !== undefined && { id }) })

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

async function load({ enginePath, modelPath, sha256, threads, contextTokens }: Load): Promise<void> {
  const [open, actual] = await Promise.all([openLlama(enginePath, threads), sha256Of(modelPath)])
  if (actual !== sha256) return fail('model-download-failed', 'The file of the built-in model has changed on the disk.')
  loaded = await open(modelPath, contextTokens)
  send({ type: 'loaded', contextTokens: loaded.contextTokens })
}

const toItem = ({ role, text }: Generate['messages'][number]): ChatItem =>
  role === 'assistant' ? { type: 'model', response: [text] } : { type: role, text }

function countInput({ chat, tokenizer }: Loaded, history: readonly ChatItem[]): number {
  const open: readonly ChatItem[] = history.at(-1)?.type === 'model' ? [] : [{ type: 'model', response: [] }]
  return chat.chatWrapper.generateContextState({ chatHistory: [...history, ...open] }).contextText.tokenize(tokenizer)
    .length
}

const reasonOf = (stopReason: string): 'stop' | 'length' | 'aborted' => {
  if (stopReason === 'abort') return 'aborted'
  return stopReason === 'maxTokens' ? 'length' : 'stop'
}

async function answer(model: Loaded, request: Generate, signal: AbortSignal): Promise<void> {
  const { id } = request
  const history = request.messages.map(toItem)
  const inputTokens = countInput(model, history)
  const roomTokens = Math.min(request.contextTokens, model.contextTokens) - reservedTokens - inputTokens
  if (roomTokens < 1) {
    const windowTokens = Math.min(request.contextTokens, model.contextTokens)
    return fail('context-too-long', `${inputTokens} tokens do not fit into a window of ${windowTokens}.`, id)
  }
  // What is left of the last prompt saves reading it again, but changes roundings: a seed promises the same answer.
  if (request.seed !== undefined) await model.sequence.clearHistory()
  const before = model.sequence.tokenMeter.getState()
  const used = () => model.sequence.tokenMeter.diff(before).usedOutputTokens
  const end = (reason: 'stop' | 'length' | 'aborted') =>
    send({ type: 'done', id, reason, inputTokens, outputTokens: used() })
  try {
    const { metadata } = await model.chat.generateResponse(history, {
      onTextChunk: (text) => {
        if (text !== '') send({ type: 'token', id, text })
      },
      signal,
      stopOnAbortSignal: true,
      maxTokens: Math.min(request.maxOutputTokens ?? roomTokens, roomTokens),
      temperature: request.temperature ?? defaults.temperature,
      topP: request.topP ?? defaults.topP,
      topK: defaults.topK,
      ...(request.seed !== undefined && { seed: request.seed }),
      repeatPenalty: defaults.repeatPenalty,
      customStopTriggers: request.stop,
    })
    end(reasonOf(metadata.stopReason))
  } catch (error) {
    if (signal.aborted) return end('aborted')
    fail('provider-failed', `The engine failed: ${textOf(error)}`, id)
  }
}

async function generate(request: Generate): Promise<void> {
  if (loaded === undefined) return fail('provider-failed', 'The model is not loaded.', request.id)
  const controller = new AbortController()
  running.set(request.id, controller)
  try {
    await answer(loaded, request, controller.signal)
  } finally {
    running.delete(request.id)
  }
}

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'load':
      load(message).catch((error: unknown) => fail('provider-failed', `The engine cannot start: ${textOf(error)}`))
      return
    case 'generate':
      generate(message).catch((error: unknown) => fail('provider-failed', textOf(error), message.id))
      return
    case 'abort':
      running.get(message.id)?.abort()
      return
  }
}

// Signals of the terminal reach the whole group; the server decides when this process ends. Without a server it ends
// at once, without waiting for native threads.
const end = () => process.kill(process.pid, 'SIGKILL')
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', end)
process.on('message', (message) => receive(parseToWorker(message)))
if (!process.connected) end()
