import type { StubStep } from './script.ts'

/** How one protocol spells what a script says. */
export type Wire = {
  readonly contentType: string
  readonly opening: string
  readonly spell: (step: StubStep) => string
  readonly refusal: (status: number, message: string) => string
}

/** Ollama's `/api/chat`: one JSON object per line; the counts stand in the last one. */
export function createOllamaWire(model: string): Wire {
  let counts = {}
  const line = (fields: object) =>
    `${JSON.stringify({ model, created_at: '2026-01-15T09:30:00.123456Z', ...fields })}\n`
  const message = (part: object) => line({ message: { role: 'assistant', ...part }, done: false })
  return {
    contentType: 'application/x-ndjson',
    opening: '',
    refusal: (_status, text) => JSON.stringify({ error: text }),
    spell: (step) => {
      if (step.type === 'text') return message({ content: step.text })
      if (step.type === 'reasoning') return message({ content: '', thinking: step.text })
      if (step.type === 'error') return `${JSON.stringify({ error: step.message })}\n`
      if (step.type === 'usage') counts = { prompt_eval_count: step.inputTokens, eval_count: step.outputTokens }
      if (step.type !== 'finish') return ''
      const ending = { done_reason: step.reason ?? 'stop', done: true, total_duration: 812000000, ...counts }
      return line({ message: { role: 'assistant', content: '' }, ...ending })
    },
  }
}

/** Chat completions as server-sent events; the usage comes in an event of its own, behind the finish. */
export function createOpenAiWire(model: string): Wire {
  let usage = ''
  const event = (fields: object) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-stub', object: 'chat.completion.chunk', created: 1768469400, model, ...fields })}\n\n`
  const choice = (delta: object, reason: string | null = null) =>
    event({ choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }], usage: null })
  return {
    contentType: 'text/event-stream; charset=utf-8',
    opening: choice({ role: 'assistant', content: '' }),
    refusal: (status, text) =>
      JSON.stringify({ error: { message: text, type: 'stub_error', param: null, code: status } }),
    spell: (step) => {
      if (step.type === 'text') return choice({ content: step.text })
      if (step.type === 'reasoning') return choice({ reasoning_content: step.text })
      if (step.type === 'error')
        return `data: ${JSON.stringify({ error: { message: step.message, type: 'server_error' } })}\n\n`
      if (step.type === 'usage') {
        const { inputTokens, outputTokens } = step
        const total = inputTokens + outputTokens
        usage = event({
          choices: [],
          usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: total },
        })
      }
      return step.type === 'finish' ? `${choice({}, step.reason ?? 'stop')}${usage}data: [DONE]\n\n` : ''
    },
  }
}
