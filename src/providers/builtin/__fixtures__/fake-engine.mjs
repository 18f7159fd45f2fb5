// Stands in for node-llama-cpp: the last message says what the model does.
const used = { usedInputTokens: 0, usedOutputTokens: 0 }
const textOf = (item) => item.text ?? item.response.join('')
const words = (text) => text.split(' ').filter(Boolean)
const tokenMeter = {
  getState: () => ({ ...used }),
  diff: (since) => ({ usedInputTokens: 0, usedOutputTokens: used.usedOutputTokens - since.usedOutputTokens }),
}
const sequence = { tokenMeter, clearHistory: async () => undefined }

export const getLlama = async (options) => {
  if (options.gpu !== false || options.build !== 'never' || options.skipDownload !== true) throw new Error('wrong options')
  return {
    loadModel: async () => ({
      tokenizer: {},
      trainContextSize: 2048,
      createContext: async ({ contextSize }) => ({ contextSize, getSequence: () => sequence }),
    }),
  }
}

const untilAborted = (signal) =>
  new Promise((resolve) => {
    signal.addEventListener('abort', resolve)
    setInterval(() => undefined, 1000)
  })

export class LlamaChat {
  chatWrapper = {
    generateContextState: ({ chatHistory }) => ({
      contextText: { tokenize: () => words(chatHistory.map(textOf).join(' ')) },
    }),
  }

  async generateResponse(history, options) {
    const say = (text) => {
      used.usedOutputTokens += 1
      options.onTextChunk(text)
    }
    const asked = textOf(history.at(-1))
    if (asked === 'pid') say(String(process.pid))
    else if (asked === 'echo') say(JSON.stringify({ history, options }))
    else if (asked === 'nonsense') {
      process.send({ type: 'nonsense' })
      await new Promise(() => setInterval(() => undefined, 1000))
    } else if (asked === 'fail') throw new Error('the weights are odd')
    else if (asked === 'crash') {
      say('half')
      await new Promise((resolve) => setImmediate(resolve))
      process.kill(process.pid, 'SIGKILL')
    } else if (asked === 'endless' || asked === 'deaf') {
      say(String(process.pid))
      if (asked === 'deaf') await new Promise(() => setInterval(() => undefined, 1000))
      await untilAborted(options.signal)
      return { metadata: { stopReason: 'abort' } }
    } else {
      const all = words(asked)
      for (const word of all.slice(0, options.maxTokens)) say(`${word} `)
      if (all.length > options.maxTokens) return { metadata: { stopReason: 'maxTokens' } }
    }
    return { metadata: { stopReason: 'eogToken' } }
  }
}
