import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/core/index.ts'
import type { Provider } from '../../src/providers/contract.ts'
import { createProviders, type ProvidersDeps, type ProvidersOptions } from '../../src/providers/create-providers.ts'
import type { ProviderStatus } from '../../src/providers/offer.ts'
import type { Builtin, Providers } from '../../src/providers/registry.ts'
import { createScripted } from '../../src/providers/scripted/scripted.ts'
import { systemTimers, type Timers } from '../../src/providers/timers.ts'
import { type StubProvider, type StubSettings, startStubProvider } from '../support/stub-provider/index.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const limits = {
  connectTimeoutMs: 2_000,
  discoveryTimeoutMs: 5_000,
  firstTokenTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
  totalTimeoutMs: 5_000,
  maxOutputCharacters: 10_000,
}

async function startStub(settings: Partial<StubSettings> = {}): Promise<StubProvider> {
  const stub = await startStubProvider(settings)
  closers.push(stub.close)
  return stub
}

function open(options: Partial<ProvidersOptions>, deps: Partial<ProvidersDeps> = {}): Providers {
  const providers = createProviders({ log: silentLog, ...deps }, { ...limits, ...options })
  closers.push(providers.stop)
  return providers
}

const nobody = { baseUrl: 'http://127.0.0.1:1', configured: false }
const statusOf = (providers: Providers, name: string): ProviderStatus | undefined =>
  providers.list().providers.find((status) => status.name === name)

function createFakeBuiltin() {
  const listeners = new Set<() => void>()
  let status: ReturnType<Builtin['status']> = { status: 'off', detail: 'Used only when no other model is found.' }
  const provider: Provider = createScripted(
    { script: () => [], sleep: () => Promise.resolve() },
    { name: 'builtin', models: ['tiny'] },
  )
  return {
    provider,
    status: () => status,
    onChange: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    become: (next: ReturnType<Builtin['status']>) => {
      status = next
      for (const listener of listeners) listener()
    },
  }
}

/** Timers that a test fires by hand. */
function createHandTimers() {
  const waiting: { readonly delayMs: number; readonly run: () => void }[] = []
  const timers: Timers = {
    ...systemTimers,
    after: (delayMs, run) => {
      const entry = { delayMs, run }
      waiting.push(entry)
      return () => {
        const at = waiting.indexOf(entry)
        if (at >= 0) waiting.splice(at, 1)
      }
    },
  }
  const delays = () => waiting.map(({ delayMs }) => delayMs)
  const fire = (delayMs: number) => waiting.splice(delays().indexOf(delayMs), 1)[0]?.run()
  return { timers, delays, fire }
}

const changeOf = (providers: Providers): Promise<void> =>
  new Promise((resolve) => {
    const end = providers.onChange(() => {
      end()
      resolve()
    })
  })

describe('the order of the providers', () => {
  it('ASTRA-20, LUMIA-34, AURO-22, LLAMA-24: asks each at its configured address and lists what it has', async () => {
    const ollama = await startStub({ models: [{ name: 'llama3.2:latest', contextTokens: 131_072, sizeBytes: 2e9 }] })
    const llamacpp = await startStub({ llamacpp: true, models: [{ name: 'mixtral.gguf', contextTokens: 4096 }] })
    const providers = open({
      ollama: { baseUrl: ollama.url, configured: false },
      llamacpp: { baseUrl: llamacpp.url, configured: false },
    })
    await providers.refresh()
    expect(providers.list().items).toEqual([
      {
        id: 'ollama/llama3.2:latest',
        provider: 'ollama',
        name: 'llama3.2:latest',
        quality: 'full',
        contextTokens: 131_072,
        sizeBytes: 2e9,
      },
      {
        id: 'llamacpp/mixtral.gguf',
        provider: 'llamacpp',
        name: 'mixtral.gguf',
        quality: 'full',
        contextTokens: 4096,
        sizeBytes: 1e6,
      },
    ])
    expect(ollama.log).toContain('POST /api/show')
    expect(llamacpp.log).toContain('GET /props')
    expect(providers.list().providers.map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  it('prefers OpenAI, then what is configured, then a found Ollama, then a found llama.cpp', async () => {
    const stub = await startStub({ llamacpp: true, models: [{ name: 'm' }] })
    const place = { baseUrl: stub.url, configured: false }
    const orderOf = async (options: Partial<ProvidersOptions>) => {
      const providers = open(options)
      await providers.refresh()
      return [...new Set(providers.list().items.map(({ provider }) => provider))]
    }
    const openai = { baseUrl: `${stub.url}/v1` }
    expect(await orderOf({ openai, ollama: place, llamacpp: place })).toEqual(['openai', 'ollama', 'llamacpp'])
    expect(await orderOf({ ollama: place, llamacpp: { ...place, configured: true } })).toEqual(['llamacpp', 'ollama'])
  })

  it('never chooses a model that only makes vectors', async () => {
    const embedders = [
      { name: 'snow', capabilities: ['embedding'] },
      { name: 'bge-m3:latest', family: 'bert' },
    ]
    const stub = await startStub({
      models: [...embedders, { name: 'embedded-systems-tutor', capabilities: ['completion'] }],
    })
    const providers = open({ ollama: { baseUrl: stub.url, configured: true } })
    await providers.refresh()
    expect(providers.resolve()?.model.name).toBe('embedded-systems-tutor')
    stub.settings.models = embedders
    await providers.refresh()
    expect(providers.resolve()).toBeUndefined()
    expect(providers.list().items).toHaveLength(2)
  })

  it('takes no other server at the usual address for llama.cpp, unless it was told to', async () => {
    const stub = await startStub({ models: [{ name: 'm' }] })
    const found = open({ llamacpp: { baseUrl: stub.url, configured: false } })
    await found.refresh()
    expect(found.list().items).toEqual([])
    expect(statusOf(found, 'llamacpp')).toMatchObject({ status: 'off' })
    const told = open({ llamacpp: { baseUrl: stub.url, configured: true } })
    await told.refresh()
    expect(told.list().items).toHaveLength(1)
  })
})

describe('what people are told', () => {
  it('LLAMA-30: an empty list says of each provider where it was looked for and what to do', async () => {
    const providers = open({
      openai: { baseUrl: 'http://127.0.0.1:1/v1' },
      ollama: { ...nobody, configured: true },
      llamacpp: nobody,
    })
    await providers.refresh()
    const { items, defaultModel, providers: statuses } = providers.list()
    expect([items, defaultModel]).toEqual([[], undefined])
    expect(statuses).toEqual([
      { name: 'openai', status: 'down', detail: expect.stringMatching(/127\.0\.0\.1:1\/v1.*OPENAI_BASE_URL/) },
      { name: 'ollama', status: 'down', detail: expect.stringMatching(/127\.0\.0\.1:1 .*ollama serve/) },
      { name: 'llamacpp', status: 'off', detail: expect.stringMatching(/127\.0\.0\.1:1 .*LLAMACPP_SERVER_URL/) },
    ])
  })

  it('ASTRA-21: a chosen model that is missing is said, with the command that fetches it', async () => {
    const stub = await startStub()
    const providers = open({ ollama: { baseUrl: stub.url, configured: true, model: 'qwen2.5:7b' } })
    await providers.refresh()
    expect(statusOf(providers, 'ollama')).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('`ollama pull qwen2.5:7b`'),
    })
    expect(providers.resolve()?.model.name).toBe('llama3.2:latest')
    stub.settings.models = [{ name: 'llama3.2:latest' }, { name: 'qwen2.5:7b' }]
    await providers.refresh()
    expect(statusOf(providers, 'ollama')?.detail).toBe('')
    expect(providers.resolve()?.model.name).toBe('qwen2.5:7b')
  })

  it('an Ollama without models says how to get one', async () => {
    const stub = await startStub({ models: [] })
    const providers = open({ ollama: { baseUrl: stub.url, configured: false } })
    await providers.refresh()
    expect(statusOf(providers, 'ollama')).toMatchObject({
      status: 'down',
      detail: expect.stringContaining('`ollama pull'),
    })
  })

  it('a llama.cpp server that loads its model is starting, not down', async () => {
    const stub = await startStub({ llamacpp: true, loading: true })
    const providers = open({ llamacpp: { baseUrl: stub.url, configured: false } })
    await providers.refresh()
    expect(statusOf(providers, 'llamacpp')).toMatchObject({
      status: 'starting',
      detail: expect.stringContaining('loading'),
    })
    stub.settings.loading = false
    await providers.refresh()
    expect(statusOf(providers, 'llamacpp')).toMatchObject({ status: 'ok' })
  })

  it('OPENAI_MODEL is offered when the server lists no models', async () => {
    const stub = await startStub({ failWith: 404 })
    const providers = open({ openai: { baseUrl: `${stub.url}/v1`, model: 'gpt-4' } })
    await providers.refresh()
    expect(providers.resolve()?.model.id).toBe('openai/gpt-4')
  })
})

describe('discovery', () => {
  it('keeps a provider that is only slow', async () => {
    const stub = await startStub()
    const hands = createHandTimers()
    const providers = open({ ollama: { baseUrl: stub.url, configured: true } }, { timers: hands.timers })
    await providers.refresh()
    stub.settings.silent = true
    const looking = providers.refresh()
    hands.fire(limits.discoveryTimeoutMs)
    await looking
    expect(providers.list().items).toHaveLength(1)
    expect(statusOf(providers, 'ollama')).toMatchObject({ status: 'ok', detail: expect.stringContaining('in time') })
  })

  it('looks again after 3 s while nothing is found, else after 30 s, and switches over by itself', async () => {
    const stub = await startStub({ failWith: 500 })
    const hands = createHandTimers()
    const builtin = createFakeBuiltin()
    const providers = open({ ollama: { baseUrl: stub.url, configured: false } }, { timers: hands.timers, builtin })
    const first = changeOf(providers)
    providers.start()
    await first
    await providers.refresh()
    await expect.poll(hands.delays).toEqual([3_000])

    builtin.become({ status: 'starting', detail: 'Fetching', progress: 0.5 })
    await expect
      .poll(() => statusOf(providers, 'builtin'))
      .toEqual({ name: 'builtin', status: 'starting', detail: 'Fetching', progress: 0.5 })
    builtin.become({ status: 'ok', detail: '' })
    await expect.poll(() => providers.resolve()?.model.id).toBe('builtin/tiny')
    const before = providers.resolve()

    stub.settings.failWith = undefined
    const found = changeOf(providers)
    hands.fire(3_000)
    await found
    expect(providers.resolve()?.model.id).toBe('ollama/llama3.2:latest')
    expect(before?.provider.name).toBe('builtin')
    await expect.poll(hands.delays).toEqual([30_000])
  })

  it('looks again at once when a provider is lost in the middle of the day', async () => {
    const stub = await startStub()
    const hands = createHandTimers()
    const timers: Timers = {
      ...systemTimers,
      after: (delayMs, run) => (delayMs < 3_000 ? systemTimers : hands.timers).after(delayMs, run),
    }
    const providers = open({ ollama: { baseUrl: stub.url, configured: true } }, { timers })
    providers.start()
    await changeOf(providers)
    const resolved = providers.resolve()
    await stub.close()
    closers.shift()
    const lost = changeOf(providers)
    const request = { model: 'llama3.2:latest', messages: [{ role: 'user' as const, text: 'hi' }], contextTokens: 2048 }
    const answering = async () => {
      for await (const _event of resolved?.provider.generate(request, new AbortController().signal) ?? []);
    }
    await expect(answering()).rejects.toMatchObject({ code: 'provider-unreachable' })
    await lost
    expect(providers.list().items).toEqual([])
  })

  it('tells its listeners only of changes, and looks that overlap are one', async () => {
    const stub = await startStub()
    const providers = open({ ollama: { baseUrl: stub.url, configured: true } })
    let changes = 0
    const end = providers.onChange(() => {
      changes += 1
    })
    await Promise.all([providers.refresh(), providers.refresh(), providers.refresh()])
    await providers.refresh()
    expect(changes).toBe(1)
    expect(stub.log.filter((line) => line === 'GET /api/tags')).toHaveLength(2)
    expect(stub.log.filter((line) => line === 'POST /api/show')).toHaveLength(1)
    end()
    stub.settings.models = []
    await providers.refresh()
    expect(changes).toBe(1)
  })

  it('can be left by its caller without ending the look', async () => {
    const stub = await startStub()
    const providers = open({ ollama: { baseUrl: stub.url, configured: true } })
    const stop = new AbortController()
    const left = providers.refresh(stop.signal)
    stop.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    await providers.refresh()
    expect(providers.list().items).toHaveLength(1)
  })

  it('stops: nothing is looked for, nobody is told, every socket is closed', async () => {
    const stub = await startStub()
    const hands = createHandTimers()
    const providers = open({ ollama: { baseUrl: stub.url, configured: true } }, { timers: hands.timers })
    providers.start()
    await changeOf(providers)
    await expect.poll(hands.delays).toEqual([30_000])
    await providers.stop()
    expect(hands.delays()).toEqual([])
    await expect.poll(stub.openSockets).toBe(0)
  })
})
