import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * What we use of node-llama-cpp. The package is no dependency: it is installed into the data folder at the exact
 * version of engines/llama, so its types are written down here.
 * @see https://node-llama-cpp.withcat.ai/api/classes/LlamaChat
 */
export type ChatItem =
  | { readonly type: 'system'; readonly text: string }
  | { readonly type: 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] }

type Token = number
type Tokenizer = unknown
type MeterState = { readonly usedInputTokens: number; readonly usedOutputTokens: number }

type Sequence = {
  readonly clearHistory: () => Promise<void>
  readonly tokenMeter: {
    readonly getState: () => MeterState
    readonly diff: (since: MeterState) => MeterState
  }
}

type Model = {
  readonly tokenizer: Tokenizer
  readonly trainContextSize: number
  readonly createContext: (options: {
    readonly contextSize: number
    readonly threads: number
    readonly sequences: number
  }) => Promise<{ readonly contextSize: number; readonly getSequence: () => Sequence }>
}

type Llama = {
  readonly loadModel: (options: { readonly modelPath: string; readonly gpuLayers: number }) => Promise<Model>
}

type GenerateOptions = {
  readonly onTextChunk: (text: string) => void
  readonly signal: AbortSignal
  readonly stopOnAbortSignal: boolean
  readonly maxTokens: number
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly seed?: number
  readonly repeatPenalty: { readonly penalty: number; readonly lastTokens: number }
  readonly customStopTriggers: readonly string[]
}

type Chat = {
  readonly chatWrapper: {
    readonly generateContextState: (options: { readonly chatHistory: readonly ChatItem[] }) => {
      readonly contextText: { readonly tokenize: (tokenizer: Tokenizer) => readonly Token[] }
    }
  }
  readonly generateResponse: (
    history: readonly ChatItem[],
    options: GenerateOptions,
  ) => Promise<{ readonly metadata: { readonly stopReason: string } }>
}

type LlamaModule = {
  readonly getLlama: (options: {
    readonly gpu: false
    readonly build: 'never'
    readonly skipDownload: true
    readonly logLevel: 'disabled'
    readonly progressLogs: false
    readonly maxThreads: number
  }) => Promise<Llama>
  readonly LlamaChat: new (options: { readonly contextSequence: Sequence }) => Chat
}

/** A model in memory with its one sequence. */
export type Loaded = {
  readonly chat: Chat
  readonly sequence: Sequence
  readonly tokenizer: Tokenizer
  readonly contextTokens: number
}

/** Loads the native library from the folder it was installed into; nothing is built and nothing fetched. */
export async function openLlama(
  enginePath: string,
  threads: number,
): Promise<(modelPath: string, contextTokens: number) => Promise<Loaded>> {
  const entry = join(enginePath, 'node_modules', 'node-llama-cpp', 'dist', 'index.js')
  const { getLlama, LlamaChat } = (await import(pathToFileURL(entry).href)) as LlamaModule
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: 'disabled',
    progressLogs: false,
    maxThreads: threads,
  })
  return async (modelPath, contextTokens) => {
    const model = await llama.loadModel({ modelPath, gpuLayers: 0 })
    const contextSize = Math.min(contextTokens, model.trainContextSize)
    const context = await model.createContext({ contextSize, threads, sequences: 1 })
    const sequence = context.getSequence()
    const chat = new LlamaChat({ contextSequence: sequence })
    return { chat, sequence, tokenizer: model.tokenizer, contextTokens: context.contextSize }
  }
}
