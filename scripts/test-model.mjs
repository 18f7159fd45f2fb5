// The built-in model for real: starts the server with an empty data folder on which no other model is found, waits until
// it has fetched its own, and asks it over both APIs and at the provider. Opt-in (`npm run test:model`): it needs an npm
// registry, 1.2 GB of disk for a while, and about a minute.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import OpenAI from 'openai'
import { silentLog, systemClock } from '../src/core/index.ts'
import { createBuiltin } from '../src/providers/builtin/index.ts'

const root = join(import.meta.dirname, '..')
const model = 'builtin/tinyllama-1.1b-chat'
const fetchTimeoutMs = 600_000
const question = 'Write two sentences about the sea.'

const say = (text) => process.stdout.write(`${text}\n`)
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
const megabytes = (bytes) => `${Math.round(bytes / 1_000_000)} MB`

function expect(holds, what) {
  if (!holds) throw new Error(what)
}

/** Takes the time of an answer that arrives in pieces. */
function createStopwatch() {
  const startedAt = performance.now()
  let firstMs
  let text = ''
  return {
    add: (piece) => {
      firstMs ??= performance.now() - startedAt
      text += piece
    },
    /** Tokens per second are those after the first, which waits for the prompt to be read. */
    end: (outputTokens) => {
      const tokensPerSecond = (outputTokens - 1) / ((performance.now() - startedAt - firstMs) / 1000)
      expect(text.trim() !== '', 'the model said nothing')
      say(`  "${text.trim().replaceAll('\n', ' ')}"`)
      say(`  first token ${seconds(firstMs)}, ${tokensPerSecond.toFixed(1)} tokens/s, ${outputTokens} tokens`)
      return text
    },
  }
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

/** Starts the real server through its launcher, with no setting of this shell's that names another model. */
function startServer(folder, port) {
  const named = /^(OLLAMA|OPENAI|LLAMACPP|HEARTH|DEFAULT_MODEL|EMBEDDINGS|DATABASE|TEST_)/
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !named.test(name)))
  const child = spawn(process.execPath, [join(root, 'bin', 'hearth.mjs'), 'serve'], {
    cwd: folder,
    env: { ...env, HEARTH_DATA: join(folder, 'hearth'), HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal)
  return {
    base: `http://127.0.0.1:${port}`,
    exited,
    stop: async () => {
      child.kill('SIGTERM')
      return exited
    },
  }
}

async function callJson(url, body) {
  const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(url, init)
  expect(response.ok, `${url}: ${response.status}`)
  return response.json()
}

async function waitUntilUp(base) {
  const startedAt = performance.now()
  while (performance.now() - startedAt < 60_000) {
    const response = await fetch(`${base}/livez`).catch(() => undefined)
    if (response?.ok) return say(`  up after ${seconds(performance.now() - startedAt)}, before any model is there`)
    await delay(100)
  }
  throw new Error('the server does not come up')
}

/** Watches the download over HTTP, as the page does, until the model is offered. */
async function waitForModel(base) {
  const startedAt = performance.now()
  let asked = false
  while (performance.now() - startedAt < fetchTimeoutMs) {
    const { items, providers } = await callJson(`${base}/api/v2/models`)
    if (items.some(({ id }) => id === model)) return performance.now() - startedAt
    const { status, detail } = providers.find(({ name }) => name === 'builtin')
    expect(status !== 'down', `the built-in model is down: ${detail}`)
    if (status === 'starting') say(`  ${detail}`)
    // Another model runs on this machine: then the built-in one is fetched only when it is asked for.
    if (status === 'off' && !asked && performance.now() - startedAt > 10_000) {
      asked = true
      await callJson(`${base}/api/v2/models/builtin/start`, {})
    }
    await delay(1000)
  }
  throw new Error('the model was not there in time')
}

async function askByOpenAi(base) {
  const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: 'none' })
  const watch = createStopwatch()
  const messages = [{ role: 'user', content: question }]
  const request = { model, messages, stream: true, stream_options: { include_usage: true }, max_tokens: 60 }
  let usage
  let reason
  for await (const chunk of await client.chat.completions.create(request)) {
    const choice = chunk.choices[0]
    if (choice?.delta.content) watch.add(choice.delta.content)
    reason = choice?.finish_reason ?? reason
    usage = chunk.usage ?? usage
  }
  expect(reason === 'stop' || reason === 'length', `the answer ended with ${reason}`)
  expect(usage?.prompt_tokens > 10, 'the usage is missing')
  watch.end(usage.completion_tokens)
}

async function* readEvents(response) {
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + text).split('\n\n')
    rest = frames.pop()
    for (const frame of frames) {
      const line = frame.split('\n').find((each) => each.startsWith('data: '))
      if (line) yield JSON.parse(line.slice('data: '.length))
    }
  }
}

async function askNatively(base) {
  const conversation = await callJson(`${base}/api/v2/conversations`, {})
  const watch = createStopwatch()
  const response = await fetch(`${base}/api/v2/conversations/${conversation.id}/turns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ text: question, model, stream: true, maxOutputTokens: 60 }),
  })
  let end
  for await (const event of readEvents(response)) {
    expect(event.type !== 'problem', `a problem: ${JSON.stringify(event.problem)}`)
    if (event.type === 'text-delta') watch.add(event.text)
    if (event.type === 'turn-end') end = event
  }
  expect(end?.status === 'complete', `the turn ended as ${end?.status}`)
  expect(end.message.quality === 'demo' && end.message.model === model, 'the answer does not say who wrote it')
  const text = watch.end(end.message.usage.outputTokens)
  const { items } = await callJson(`${base}/api/v2/conversations/${conversation.id}/messages`)
  expect(items.at(-1)?.text === text, 'the answer that was kept is not the one that was streamed')
}

async function folderBytes(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function checkServer(folder) {
  const server = startServer(folder, await findFreePort())
  try {
    say('The server, with an empty data folder and no other model')
    await Promise.race([waitUntilUp(server.base), server.exited.then((how) => expect(false, `it ended: ${how}`))])
    const waitedMs = await waitForModel(server.base)
    const bytes = await folderBytes(join(folder, 'hearth', 'models'))
    say(`  fetched and ready after ${seconds(waitedMs)}: ${megabytes(bytes)} on the disk`)
    say('The official openai client, streaming')
    await askByOpenAi(server.base)
    say('The native API, streaming')
    await askNatively(server.base)
  } finally {
    const how = await server.stop()
    expect(how === 0, `the server ended with ${how}`)
  }
}

/** What the provider promises, checked with the real engine. */
async function checkProvider(folder) {
  const builtin = createBuiltin(
    { folder: join(folder, 'hearth', 'models'), log: silentLog, clock: systemClock },
    { mode: 'auto' },
  )
  const messages = [{ role: 'user', text: question }]
  const ask = async (more, signal = new AbortController().signal) => {
    const seen = { text: '' }
    const request = { model: model.slice('builtin/'.length), messages, contextTokens: 2048, ...more }
    for await (const event of builtin.provider.generate(request, signal)) {
      if (event.type === 'text-delta') seen.text += event.text
      if (event.type === 'usage') seen.usage = event.usage
      if (event.type === 'finish') seen.reason = event.reason
    }
    return seen
  }
  try {
    say('The provider')
    await builtin.start()
    expect(builtin.status().status === 'ok', `the model is not found in place: ${builtin.status().detail}`)
    const seeded = { seed: 1, maxOutputTokens: 20 }
    const first = await ask(seeded)
    expect(first.reason === 'length' && first.usage.outputTokens <= 21, 'the limit of output tokens does not hold')
    expect((await ask({ maxOutputTokens: 5 })).text !== '', 'no answer without a seed')
    expect((await ask(seeded)).text === first.text, 'the same seed gives another answer')
    const long = { messages: [{ role: 'user', text: 'The sea is blue. '.repeat(600) }] }
    const refused = await ask(long).catch(({ code }) => code)
    expect(refused === 'context-too-long', `a prompt that is too long: ${refused}`)
    say('  limit, seed and window hold')
    await checkStops(ask)
  } finally {
    await builtin.close()
  }
}

async function checkStops(ask) {
  const long = { messages: [{ role: 'user', text: 'The sea is blue. '.repeat(300) }] }
  const signal = AbortSignal.timeout(1500)
  let stoppedAt
  signal.addEventListener('abort', () => {
    stoppedAt = performance.now()
  })
  const how = await ask(long, signal).catch(({ name }) => name)
  const afterMs = performance.now() - stoppedAt
  expect(how === 'TimeoutError' && afterMs < 250, `stopping while the prompt is read: ${how}, ${afterMs} ms`)
  const { text } = await ask({ maxOutputTokens: 3 })
  expect(text !== '', 'no answer after a stopped one')
  say(
    `  stopped within ${Math.ceil(afterMs)} ms while a long prompt was read; the next answer came after ${seconds(performance.now() - stoppedAt)}`,
  )
}

const folder = await mkdtemp(join(tmpdir(), 'hearth-model-'))
try {
  await checkServer(folder)
  await checkProvider(folder)
  say('The built-in model works')
} catch (error) {
  process.stderr.write(`Failed: ${error.stack}\n`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
