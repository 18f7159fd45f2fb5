import { describe, expect, test } from 'vitest'
import { ProblemError } from '../core/index.ts'
import { type ConfigSources, inspectConfig, loadConfig } from './load.ts'
import { allSettings } from './settings.ts'

type Files = Readonly<Record<string, string>>

/** A world that holds only what is written here; the working directory is /srv. */
const world = (sources: ConfigSources = {}, files: Files = {}): ConfigSources => ({
  env: {},
  cwd: '/srv',
  readFile: (path) => files[path],
  ...sources,
})

const load = (sources?: ConfigSources, files?: Files) => loadConfig(world(sources, files)).config
const inspect = (sources?: ConfigSources, files?: Files) => inspectConfig(world(sources, files))
const complaints = (sources?: ConfigSources, files?: Files) =>
  inspect(sources, files).errors.map(({ message }) => message)

describe('defaults', () => {
  test('ASTRA-20, ASTRA-22, LUMIA-34, AURO-22, ASTRA-25: nothing set gives a server on 127.0.0.1:8000 and local providers', () => {
    const config = load()
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8000, basePath: '', maxBodyBytes: 4_194_304 })
    expect(config.ollama.url).toBe('http://localhost:11434')
    expect(config.llamacpp).toMatchObject({ url: 'http://localhost:8080', timeoutSeconds: 300 })
    expect(config.openai).toEqual({ url: 'https://api.openai.com/v1', apiKey: undefined, model: undefined })
    expect(config.history).toEqual({ maxMessages: 50, maxMinutes: null, homeMaxMinutes: 15 })
    expect(config.models.builtin).toBe('auto')
    expect(config.page.title).toBe('Hearth')
    expect(config.data.folder).toBe('/srv/data')
  })

  test('every default is one its own setting accepts', () => {
    for (const [key, { default: written, kind }] of allSettings) {
      if (written !== undefined) expect(kind.schema.safeParse(written).success, key).toBe(true)
    }
  })

  test('no two settings share a name, and names are spelled as their kind of source spells them', () => {
    const names = allSettings.flatMap(([key, { env, flag }]) => [key, ...env, ...(flag ? [flag] : [])])
    expect(new Set(names).size).toBe(names.length)
    for (const [key, { env, flag = '--x', about }] of allSettings) {
      expect(key).toMatch(/^[a-z]+\.[a-z][A-Za-z]*$/)
      expect(env[0]).toMatch(/^[A-Z][A-Z_]+$/)
      expect(flag).toMatch(/^--[a-z-]+$/)
      expect(about).toMatch(/\.$/)
    }
  })

  test('the configuration is frozen all the way down', () => {
    const config = load({ env: { ALLOWED_ORIGINS: 'https://a.example', DATABASE_URL: 'sqlite:///x.db' } })
    expect([config, config.server, config.server.allowedOrigins, config.data.databaseUrl].every(Object.isFrozen)).toBe(
      true,
    )
  })
})

describe('precedence', () => {
  const files = { '/srv/.env': 'PORT=3\n', '/srv/hearth.yaml': 'server:\n  port: 4\n' }

  test('C-16: the command line beats the environment, which beats .env, which beats hearth.yaml, which beats the default', () => {
    const flags = { 'server.port': '1' } as const
    const env = { PORT: '2' }
    expect(load({ flags, env }, files).server.port).toBe(1)
    expect(load({ env }, files).server.port).toBe(2)
    expect(load({}, files).server.port).toBe(3)
    expect(load({}, { '/srv/hearth.yaml': files['/srv/hearth.yaml'] }).server.port).toBe(4)
    expect(load().server.port).toBe(8000)
  })

  test('C-16: explaining a setting names its source and all that it overrides, by any of its names', () => {
    const inspection = inspect({ flags: { 'server.port': '1' }, env: { PORT: '2' } }, files)
    const explanation = inspection.explain('PORT')
    expect(explanation).toMatchObject({
      key: 'server.port',
      value: '1',
      layer: 'flag',
      source: '--port in command line',
    })
    expect(explanation.overrides).toEqual([
      { layer: 'environment', source: 'PORT in environment', value: '2' },
      { layer: 'dotenv', source: 'PORT in .env line 1', value: '3' },
      { layer: 'yaml', source: 'server.port in hearth.yaml:2:9', value: '4' },
    ])
    for (const name of ['server.port', 'port', 'general.port', '--port']) {
      expect(inspection.explain(name)).toEqual(explanation)
    }
  })

  test('an empty value counts as not given in every source', () => {
    const empty = {
      '/srv/.env': 'PORT=\nOPENAI_API_KEY=\n',
      '/srv/hearth.yaml': 'server: {port: ""}\nopenai:\n  model:\n',
    }
    expect(load({ env: { PORT: '' } }, empty)).toEqual(load())
  })

  test('isSet tells what somebody has set from what is a default', () => {
    const { isSet } = inspect({ env: { OLLAMA_BASE_URL: 'http://localhost:11434' } })
    expect([isSet('ollama.url'), isSet('openai.url')]).toEqual([true, false])
  })

  test('an unknown setting is not found, and the name that was meant is told', () => {
    expect(() => inspect().explain('server.prot')).toThrow(/Did you mean server.port/)
    expect(() => inspect().explain('whatever')).toThrow(/config list/)
  })
})

describe('names of other systems', () => {
  test.each([
    ['ASTRA-19', 'SYSTEM_PROMPT', 'You are a helpful home assistant.', 'chat.systemPrompt'],
    ['ASTRA-21', 'OLLAMA_MODEL', 'llama3.2', 'ollama.model'],
    ['ASTRA-25', 'CHATBOT_NAME', 'ASTRA-X-Aggregator', 'page.title'],
    ['ASTRA-26', 'DEFAULT_MODEL_SOURCE', 'openai', 'models.defaultSource'],
    ['LUMIA-34', 'OLLAMA_BASE_URL', 'http://gpu:11434', 'ollama.url'],
    ['LUMIA-35', 'LLM_MODEL', 'qwen2.5:7b', 'ollama.model'],
    ['AURO-22', 'LLAMACPP_SERVER_URL', 'http://gpu:8080', 'llamacpp.url'],
    ['AURO-23', 'LLAMACPP_MODEL_NAME', 'mixtral-8x7b-instruct', 'llamacpp.model'],
    ['AURO-23', 'LLAMACPP_TIMEOUT', '30', 'llamacpp.timeoutSeconds'],
    ['AURO-29', 'MAX_CONTEXT_LENGTH', '4096', 'models.contextTokens'],
    ['LLAMA-23', 'DEFAULT_MODEL_SOURCE', 'ollama', 'models.defaultSource'],
    ['LLAMA-24', 'EMBEDDINGS_BASEURL', 'http://gpu:11434', 'ollama.url'],
    ['LLAMA-25', 'OLLAMA_CHAT_MODEL', 'llama3.2:latest', 'ollama.model'],
    ['LLAMA-26', 'OPENAI_MODEL', 'gpt-4', 'openai.model'],
  ])('%s: %s=%s is understood', (_id, ...[name, text, key]) => {
    const explanation = inspect({ env: { [name]: text } }).explain(key)
    expect(explanation).toMatchObject({
      value: text,
      layer: 'environment',
      source: `${name} in environment`,
      errors: [],
    })
  })

  test('AURO-31, LLAMA-22: LOG_LEVEL is taken in any case and in the words of Python', () => {
    const level = (text: string) => load({ env: { LOG_LEVEL: text } }).log.level
    expect(['DEBUG', 'INFO', 'Warning', 'CRITICAL'].map(level)).toEqual(['debug', 'info', 'warn', 'error'])
  })

  test('LUMIA-37: DATABASE_URL=sqlite:///./lumia.db is a file in the working directory', () =>
    expect(load({ env: { DATABASE_URL: 'sqlite:///./lumia.db' } }).data.databaseUrl).toEqual({
      type: 'sqlite',
      path: '/srv/lumia.db',
    }))

  test('ORBIT-11, ORBIT-18: the sections of ORBIT that have a counterpart are read, truth values also as text', () => {
    const source = [
      'general: {port: 3000, host: "0.0.0.0", verbose: "true"}',
      'ollama: {base_url: "http://gpu:11434", model: llama2, temperature: 0.1, top_p: 0.8, top_k: 20,',
      '  repeat_penalty: 1.1, num_predict: 1024, num_ctx: 8192, num_threads: 8}',
    ].join('\n')
    const config = load({}, { '/srv/hearth.yaml': source })
    expect(config.server).toMatchObject({ port: 3000, host: '0.0.0.0' })
    expect(config.log.level).toBe('debug')
    expect(config.ollama).toEqual({
      url: 'http://gpu:11434',
      model: 'llama2',
      temperature: 0.1,
      topP: 0.8,
      topK: 20,
      repeatPenalty: 1.1,
      numPredict: 1024,
      numCtx: 8192,
      numThreads: 8,
    })
    expect(load({}, { '/srv/hearth.yaml': 'general: {verbose: false}' }).log.level).toBe('info')
  })

  test('C-10: two names of one setting that disagree within a source are an error that names both', () => {
    expect(complaints({ env: { OLLAMA_HOST: 'a', OLLAMA_BASE_URL: 'http://b:1' } })).toEqual([
      'OLLAMA_HOST=a (environment) and OLLAMA_BASE_URL=http://b:1 (environment) are two names of one setting with different values. Keep one of them.',
    ])
    expect(complaints({}, { '/srv/.env': 'LLM_MODEL=a\nOLLAMA_MODEL=b' })[0]).toMatch(
      /LLM_MODEL=a \(\.env line 1\).*OLLAMA_MODEL=b \(\.env line 2\)/,
    )
    expect(complaints({}, { '/srv/hearth.yaml': 'ollama: {url: a, base_url: b}' })[0]).toMatch(
      /ollama\.url=a.*ollama\.base_url=b/,
    )
  })

  test('C-10: two names with values that mean the same are fine, and so are two sources that disagree', () => {
    expect(complaints({ env: { OLLAMA_HOST: 'localhost', OLLAMA_BASE_URL: 'http://localhost:11434/' } })).toEqual([])
    expect(complaints({ env: { LLM_MODEL: 'a' } }, { '/srv/.env': 'OLLAMA_MODEL=b' })).toEqual([])
  })
})

describe('what is wrong', () => {
  test('everything is reported at once: name, value, source and remedy', () => {
    const files = {
      '/srv/.env': '\nLOG_LEVEL=loud\n',
      '/srv/hearth.yaml': 'server:\n  prot: 1\nmodels:\n  builtin: maybe\n',
    }
    const sources = { flags: { 'server.host': 'http://x' }, env: { PORT: '99999' } } as const
    try {
      load(sources, files)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ProblemError)
      expect((error as ProblemError).code).toBe('invalid-configuration')
      expect((error as ProblemError).errors).toEqual([
        {
          field: 'server.prot',
          message: 'hearth.yaml:2:3: There is no setting server.prot. Did you mean server.port?',
        },
        {
          field: 'server.host',
          message:
            '--host=http://x (command line) cannot be used. Expected a host name or an IP address, without scheme or port.',
        },
        {
          field: 'server.port',
          message: 'PORT=99999 (environment) cannot be used. Expected a whole number from 0 to 65535.',
        },
        {
          field: 'models.builtin',
          message: 'models.builtin=maybe (hearth.yaml:4:12) cannot be used. Expected one of auto, off.',
        },
        {
          field: 'log.level',
          message: 'LOG_LEVEL=loud (.env line 2) cannot be used. Expected one of debug, info, warn, error.',
        },
      ])
      expect((error as ProblemError).detail?.split('\n')).toHaveLength(5)
    }
  })

  test('names in the environment and in .env that are not ours are left alone', () =>
    expect(load({ env: { PROT: '1', HEARTH_NOPE: '1' } }, { '/srv/.env': 'JWT_SECRET_KEY=change-me' })).toEqual(load()))

  test('a list is refused where one value is expected, and taken where several are', () => {
    expect(complaints({}, { '/srv/hearth.yaml': 'server: {port: [1, 2]}' })[0]).toContain('It is a list.')
    const config = load({}, { '/srv/hearth.yaml': 'server: {trustedProxies: [10.0.0.1, "::1"]}' })
    expect(config.server.trustedProxies).toEqual(['10.0.0.1', '::1'])
  })

  test('explaining still works for the other settings, and says what is wrong with this one', () => {
    const inspection = inspect({ env: { PORT: 'x' } })
    expect(inspection.explain('HOST').value).toBe('127.0.0.1')
    expect(inspection.explain('PORT')).toMatchObject({
      value: '',
      written: 'x',
      errors: [expect.stringContaining('PORT=x')],
    })
  })
})

describe('secrets', () => {
  const secret = 'sk-very-secret-0123456789'
  const everything = (sources: ConfigSources, files: Files = {}) => {
    const inspection = inspect(sources, files)
    return JSON.stringify([inspection.errors, inspection.listSettings()])
  }

  test('a secret is in the configuration and in no explanation', () => {
    const env = { OPENAI_API_KEY: secret }
    expect(load({ env }).openai.apiKey).toBe(secret)
    expect(everything({ env })).not.toContain(secret)
    expect(inspect({ env }).explain('OPENAI_API_KEY').value).toBe('(hidden)')
  })

  test.each([
    { OPENAI_API_KEY: `${secret}\nsecond line` },
    { OPENAI_API_KEY: secret, OPENAI_API_KEY_FILE: '/other' },
    { DATABASE_URL: `postgres://u:${secret}@h:x/db` },
    { DATABASE_URL: `postgres://u:pass@${secret}@h:x/db` },
    { DATABASE_URL: `u:${secret}@h/db` },
    { DATABASE_URL: `mysql://h/db?password=${secret}` },
    { OLLAMA_HOST: `http://u:${secret}@h:99999` },
  ])('a wrong secret is in no error: %j', (env) => {
    const files = { '/other': 'another' }
    expect(inspect({ env }, files).errors).toHaveLength(1)
    expect(everything({ env }, files)).not.toContain(secret)
  })

  test('a secret may be in a file of its own, without its last line break', () => {
    const files = { '/run/secrets/openai': `${secret}\n` }
    expect(load({ env: { OPENAI_API_KEY_FILE: '/run/secrets/openai' } }, files).openai.apiKey).toBe(secret)
    expect(complaints({ env: { OPENAI_API_KEY_FILE: '/nope' } })[0]).toContain('names /nope, which cannot be read')
  })

  test('what no log may hold is told: keys, and the passwords in addresses as written and decoded', () => {
    const env = { OPENAI_API_KEY: secret, DATABASE_URL: 'postgres://u:p%40s@h/db' }
    expect(loadConfig(world({ env })).secrets).toEqual(expect.arrayContaining([secret, 'p%40s', 'p@s']))
  })
})

describe('files', () => {
  test('hearth.yaml is read from the working directory, else from the data folder, else from where it is named', () => {
    const files = { '/d/hearth.yaml': 'server: {port: 2}', '/x/my.yaml': 'server: {port: 3}' }
    const env = { HEARTH_DATA: '/d' }
    expect(load({ env }, files).server.port).toBe(2)
    expect(load({ env }, { ...files, '/srv/hearth.yaml': 'server: {port: 1}' }).server.port).toBe(1)
    expect(load({ env: { ...env, HEARTH_CONFIG: '../x/my.yaml' } }, files).server.port).toBe(3)
    expect(inspect({ env }, files).explain('PORT').source).toBe('server.port in /d/hearth.yaml:1:16')
  })

  test('a hearth.yaml that is named and not there is an error', () =>
    expect(complaints({ env: { HEARTH_CONFIG: '/nope.yaml' } })[0]).toContain('There is no file /nope.yaml'))

  test('relative paths belong to the hearth.yaml they stand in, elsewhere to the working directory', () => {
    const files = { '/x/h.yaml': 'data: {folder: kept}\nchat: {identityPromptFile: who.txt}', '/x/who.txt': 'I am.' }
    const config = load({ env: { HEARTH_CONFIG: '/x/h.yaml' } }, files)
    expect(config.data.folder).toBe('/x/kept')
    expect(config.chat.identityPromptFile).toBe('/x/who.txt')
    expect(load({ env: { HEARTH_DATA: 'kept' } }).data.folder).toBe('/srv/kept')
  })

  test('ASTRA-27: a prompt file that is set has to be there', () =>
    expect(complaints({ env: { FORMAT_PROMPT_FILE: 'format.md' } })[0]).toContain('There is no file /srv/format.md'))

  test('ORBIT-18: variables in hearth.yaml come from the environment, then from .env', () => {
    const source = '$'.concat('{OPENAI}')
    const files = { '/srv/hearth.yaml': `openai: {apiKey: "${source}", model: m}`, '/srv/.env': 'OPENAI=from-file' }
    expect(load({ env: { OPENAI: 'from-env' } }, files).openai.apiKey).toBe('from-env')
    expect(load({}, files).openai.apiKey).toBe('from-file')
  })
})
