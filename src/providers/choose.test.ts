import { describe, expect, it } from 'vitest'
import { type Candidates, chooseDefault, getModel } from './choose.ts'
import { soundsLikeChat } from './source.ts'

const candidates = (name: string, models: string[], preferredModel?: string): Candidates => ({
  name,
  models: models.map((model) => ({
    model: { id: `${name}/${model}`, provider: name, name: model, quality: 'full' },
    chats: soundsLikeChat(model),
  })),
  ...(preferredModel !== undefined && { preferredModel }),
})

const ollama = candidates('ollama', ['nomic-embed-text:latest', 'llama3.2:latest', 'qwen2.5:7b'])
const openai = candidates('openai', ['text-embedding-3-small', 'whisper-1', 'gpt-4o', 'gpt-4'])

describe('the default model', () => {
  it('is the first one that can converse, of the first provider that has one', () => {
    expect(chooseDefault([openai, ollama], {})?.id).toBe('openai/gpt-4o')
    expect(chooseDefault([candidates('openai', ['text-embedding-3-small']), ollama], {})?.id).toBe(
      'ollama/llama3.2:latest',
    )
    expect(chooseDefault([candidates('openai', [])], {})).toBeUndefined()
  })

  it('ASTRA-21, LUMIA-35, LLAMA-25: is the model that the operator chose within a provider', () => {
    const choosing = (model: string) =>
      chooseDefault([candidates('ollama', ['llama3.2:latest', 'qwen2.5:7b'], model)], {})?.id
    expect(choosing('qwen2.5:7b')).toBe('ollama/qwen2.5:7b')
    expect(choosing('llama3.2')).toBe('ollama/llama3.2:latest')
    expect(choosing('llama3.2:latest')).toBe('ollama/llama3.2:latest')
    expect(choosing('gone:1b')).toBe('ollama/llama3.2:latest')
  })

  it('LLAMA-26, AURO-23: knows the choices for OpenAI and for llama.cpp', () => {
    expect(chooseDefault([{ ...openai, preferredModel: 'gpt-4' }], {})?.id).toBe('openai/gpt-4')
    const served = candidates('llamacpp', ['small', 'mixtral-8x7b-instruct'], 'mixtral-8x7b-instruct')
    expect(chooseDefault([served], {})?.id).toBe('llamacpp/mixtral-8x7b-instruct')
  })

  it('LLAMA-23, ASTRA-26: comes from the chosen provider while that one has any', () => {
    expect(chooseDefault([openai, ollama], { defaultSource: 'ollama' })?.provider).toBe('ollama')
    expect(chooseDefault([openai, candidates('ollama', [])], { defaultSource: 'ollama' })?.provider).toBe('openai')
  })

  it('is models.default before all else, while it is there', () => {
    const choice = { defaultModel: 'ollama/qwen2.5:7b', defaultSource: 'openai' }
    expect(chooseDefault([openai, ollama], choice)?.id).toBe('ollama/qwen2.5:7b')
    expect(chooseDefault([openai], choice)?.id).toBe('openai/gpt-4o')
  })
})

describe('a model that is asked for', () => {
  const all = [openai, ollama, candidates('llamacpp', ['gpt-4', 'org/name:tag'])]

  it('is found by id, by a name of its own, and without :latest', () => {
    expect(getModel(all, 'ollama/llama3.2:latest').id).toBe('ollama/llama3.2:latest')
    expect(getModel(all, 'ollama/llama3.2').id).toBe('ollama/llama3.2:latest')
    expect(getModel(all, 'llama3.2').id).toBe('ollama/llama3.2:latest')
    expect(getModel(all, 'org/name:tag').id).toBe('llamacpp/org/name:tag')
    expect(getModel(all, 'llamacpp/gpt-4').id).toBe('llamacpp/gpt-4')
  })

  it('must be named in full when two providers have it', () => {
    const detail = expect.stringMatching(/openai\/gpt-4 or llamacpp\/gpt-4/)
    expect(() => getModel(all, 'gpt-4')).toThrow(expect.objectContaining({ code: 'model-not-found', detail }))
  })

  it('is refused by name, with what there is', () => {
    const detail = expect.stringMatching(/"nope".*ollama\/llama3\.2:latest/)
    expect(() => getModel(all, 'nope')).toThrow(expect.objectContaining({ code: 'model-not-found', detail }))
  })
})

describe('telling models for conversation by their names', () => {
  it.each([
    'nomic-embed-text:latest',
    'bge-m3',
    'all-minilm:22m',
    'mxbai-embed-large',
    'multilingual-e5-small',
    'BAAI/bge-large',
    'gte-small',
    'text-embedding-3-small',
    'whisper-1',
    'tts-1-hd',
    'dall-e-3',
    'omni-moderation-latest',
  ])('%s is none', (name) => expect(soundsLikeChat(name)).toBe(false))
  it.each([
    'llama3.2:latest',
    'qwen2.5:7b',
    'gemma3:1b',
    'gpt-4o-mini',
    'mixtral-8x7b-instruct',
    'deepseek-r1:1.5b',
    'phi-3.5-mini',
    'hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M',
    'tinyllama-1.1b-chat',
  ])('%s is one', (name) => expect(soundsLikeChat(name)).toBe(true))
})
