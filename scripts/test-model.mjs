// Fetches the built-in model for real into an empty data folder and lets it answer. Opt-in: it needs an npm registry,
// about 1.2 GB of disk for a while, and a minute. Run by `npm run test:model`.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog, systemClock } from '../src/core/index.ts'
import { createBuiltin } from '../src/providers/builtin/index.ts'

const megabyte = 1_000_000
const say = (text) => process.stdout.write(`${text}\n`)
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

function expect(holds, what) {
  if (!holds) throw new Error(what)
}

/** Asks the provider and measures: the first token, the speed after it, and what it said. */
async function answer(provider, messages, options = {}) {
  const startedAt = performance.now()
  let firstMs
  let text = ''
  let usage
  let reason
  const request = { model: 'tinyllama-1.1b-chat', messages, contextTokens: 2048, maxOutputTokens: 60, ...options }
  for await (const event of provider.generate(request, options.signal ?? new AbortController().signal)) {
    if (event.type === 'text-delta') {
      firstMs ??= performance.now() - startedAt
      text += event.text
    }
    if (event.type === 'usage') usage = event.usage
    if (event.type === 'finish') reason = event.reason
  }
  const tokensPerSecond = (usage.outputTokens - 1) / ((performance.now() - startedAt - firstMs) / 1000)
  return { text, firstMs, usage, reason, tokensPerSecond }
}

async function fetchModel(builtin) {
  const startedAt = performance.now()
  let shown = 0
  builtin.onChange(({ detail }) => {
    if (performance.now() - shown < 1000) return
    shown = performance.now()
    say(`  ${detail}`)
  })
  await builtin.start()
  const { status, detail } = builtin.status()
  expect(status === 'ok', `the built-in model is ${status}: ${detail}`)
  return performance.now() - startedAt
}

async function askTheProvider(provider) {
  const system = { role: 'system', text: 'You are a helpful assistant.' }
  const question = { role: 'user', text: 'Write two sentences about the sea.' }
  const first = await answer(provider, [system, question], { seed: 1 })
  expect(first.text.length > 0, 'the model said nothing')
  expect(first.usage.inputTokens > 10 && first.usage.outputTokens > 1, 'the usage is not counted')
  say(`  "${first.text.trim()}"`)
  say(`  first token ${seconds(first.firstMs)}, ${first.tokensPerSecond.toFixed(1)} tokens/s, ${first.reason}`)
  const short = await answer(provider, [system, question], { maxOutputTokens: 5 })
  expect(short.reason === 'length' && short.usage.outputTokens <= 6, 'the limit of output tokens does not hold')
  const again = await answer(provider, [system, question], { seed: 1 })
  expect(again.text === first.text, 'the same seed gives another answer')
  return first
}

async function stopAnAnswer(provider) {
  const controller = new AbortController()
  const request = { messages: [{ role: 'user', text: 'Tell a long story.' }], model: 'tinyllama-1.1b-chat' }
  let stoppedAt
  try {
    for await (const _ of provider.generate({ ...request, contextTokens: 2048 }, controller.signal)) {
      stoppedAt ??= performance.now()
      controller.abort(new Error('stopped'))
    }
    throw new Error('the answer went on after it was stopped')
  } catch (error) {
    expect(error.message === 'stopped', `stopping failed: ${error.message}`)
  }
  say(`  an answer stops within ${Math.round(performance.now() - stoppedAt)} ms`)
}

const folder = await mkdtemp(join(tmpdir(), 'hearth-model-'))
const log = { ...silentLog, warn: (event, fields) => say(`  ${event} ${JSON.stringify(fields)}`) }
const options = { mode: 'auto', ...(process.env.npm_execpath && { npmExecPath: process.env.npm_execpath }) }
const builtin = createBuiltin({ folder: join(folder, 'models'), log, clock: systemClock }, options)
process.once('SIGINT', () => void builtin.close())
try {
  say('Fetching the engine and the model into an empty folder')
  say(`  fetched in ${seconds(await fetchModel(builtin))}`)
  say('Asking the provider')
  await askTheProvider(builtin.provider)
  await stopAnAnswer(builtin.provider)
} catch (error) {
  process.stderr.write(`Failed: ${error.stack}\n`)
  process.exitCode = 1
} finally {
  await builtin.close()
  await rm(folder, { recursive: true, force: true })
}
