import { silentLog } from '../../src/core/index.ts'
import { createProviders, createScripted, type ProvidersOptions, type ScriptStep } from '../../src/providers/index.ts'
import {
  refusal,
  type StubProvider,
  type StubScript,
  type StubStep,
  startStubProvider,
} from '../support/stub-provider/index.ts'
import { describeProvider, type FaultCase, maxOutputCharacters, type Subject } from './provider-suite.ts'

const limits = {
  connectTimeoutMs: 2_000,
  discoveryTimeoutMs: 5_000,
  firstTokenTimeoutMs: 10_000,
  idleTimeoutMs: 10_000,
  totalTimeoutMs: 20_000,
  maxOutputCharacters,
}

async function startServed(
  name: string,
  placesOf: (stub: StubProvider) => Partial<ProvidersOptions>,
): Promise<Subject> {
  const stub = await startStubProvider({ llamacpp: name === 'llamacpp' })
  const providers = createProviders({ log: silentLog }, { ...limits, ...placesOf(stub) })
  await providers.refresh()
  const resolved = providers.resolve()
  if (!resolved) throw new Error(`${name} offers no model: ${JSON.stringify(providers.list().providers)}`)
  return {
    provider: resolved.provider,
    model: resolved.model.name,
    play: stub.play,
    next: stub.next,
    reached: stub.reached,
    released: async () => (await stub.request()).closed,
    close: async () => {
      await providers.stop()
      await stub.close()
    },
  }
}

const html = { 'content-type': 'text/html' }
const served: FaultCase[] = [
  ['F3: status 429', refusal(429, 'slow down'), 'provider-overloaded'],
  ['F3: status 500', refusal(500, 'out of memory'), 'provider-failed'],
  ['F3: status 503', refusal(503, 'busy'), 'provider-overloaded'],
  ['status 400', refusal(400, 'bad request'), 'provider-rejected'],
  ['status 401', refusal(401, 'no key'), 'provider-rejected'],
  ['status 404 for the model', refusal(404, 'model "x" not found'), 'model-not-found'],
  [
    'F4: an HTML page',
    [{ type: 'reply', status: 200, body: '<html>Hello</html>', headers: html }],
    'provider-malformed',
  ],
  [
    'an HTML page with 502',
    [{ type: 'reply', status: 502, body: '<html>Bad</html>', headers: html }],
    'provider-failed',
  ],
  ['a redirect', [{ type: 'reply', status: 302, headers: { location: 'http://192.0.2.1/' } }], 'provider-rejected'],
  [
    'F4: garbage in mid-stream',
    [
      { type: 'text', text: 'a' },
      { type: 'raw', bytes: '%%%\n\n' },
    ],
    'provider-malformed',
  ],
  ['F5: broken UTF-8', [{ type: 'raw', bytes: Uint8Array.of(0x7b, 0xff, 0xfe, 10) }], 'provider-malformed'],
  ['a socket cut in mid-answer', [{ type: 'text', text: 'a' }, { type: 'cut' }], 'provider-cut'],
  ['an end without a finish', [{ type: 'text', text: 'a' }, { type: 'end' }], 'provider-cut'],
  [
    'an error object in the stream',
    [
      { type: 'text', text: 'a' },
      { type: 'error', message: 'CUDA error' },
    ],
    'provider-failed',
  ],
]

describeProvider({
  name: 'ollama',
  start: () => startServed('ollama', ({ url }) => ({ ollama: { baseUrl: url, configured: true } })),
  faults: served,
})

describeProvider({
  name: 'openai',
  start: () => startServed('openai', ({ url }) => ({ openai: { baseUrl: `${url}/v1`, apiKey: 'sk-test' } })),
  faults: served,
})

describeProvider({
  name: 'llamacpp',
  start: () => startServed('llamacpp', ({ url }) => ({ llamacpp: { baseUrl: url, configured: false } })),
  faults: served,
})

/** The scripted provider, with gates and with a note of how its script ended. */
async function startScripted(): Promise<Subject> {
  let script: StubScript = []
  const gates: (() => void)[] = []
  const ended: PromiseWithResolvers<'finished' | 'aborted'>[] = []
  const makeGate = (): ScriptStep => {
    const open = Promise.withResolvers<void>()
    gates.push(open.resolve)
    return { type: 'wait', until: open.promise }
  }
  function* play(): Generator<ScriptStep> {
    const end = Promise.withResolvers<'finished' | 'aborted'>()
    ended.push(end)
    try {
      for (const step of script) yield* toSteps(step, makeGate)
      end.resolve('finished')
    } finally {
      end.resolve('aborted')
    }
  }
  const gateComes = async () => {
    for (let turn = 0; gates.length === 0 && turn < 1_000; turn += 1) await new Promise(setImmediate)
  }
  return {
    provider: createScripted({ script: play, sleep: () => Promise.resolve() }, { maxOutputCharacters }),
    model: 'demo',
    play: (next) => {
      script = next
    },
    next: async () => {
      await gateComes()
      gates.shift()?.()
    },
    reached: gateComes,
    released: async () => (await ended.at(-1)?.promise) ?? 'finished',
    close: async () => undefined,
  }
}

function* toSteps(step: StubStep, makeGate: () => ScriptStep): Generator<ScriptStep> {
  if (step.type === 'gate') yield makeGate()
  else if (step.type === 'finish') yield { type: 'finish', reason: step.reason ?? 'stop' }
  else if (step.type === 'raw') yield { type: 'malformed' }
  else if (step.type === 'reply') yield { type: 'fail', code: 'provider-overloaded', retryAfterMs: 1_000 }
  else if (step.type === 'text' || step.type === 'reasoning' || step.type === 'usage') yield step
  else if (step.type === 'endless' || step.type === 'cut') yield step
  else throw new Error(`the scripted provider has no step ${step.type}`)
}

describeProvider({
  name: 'scripted',
  start: startScripted,
  faults: [
    ['F3: being overloaded', refusal(429, ''), 'provider-overloaded'],
    ['F4: something unreadable', [{ type: 'raw', bytes: '' }], 'provider-malformed'],
    ['a cut', [{ type: 'text', text: 'a' }, { type: 'cut' }], 'provider-cut'],
  ],
})
