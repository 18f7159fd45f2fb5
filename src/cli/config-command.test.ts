import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { type ConfigSources, inspectConfig } from '../config/index.ts'
import { addConfigCommand } from './config-command.ts'

function run(argv: readonly string[], sources: ConfigSources) {
  const seen = { out: '', error: '', code: 0 }
  const program = new Command().exitOverride()
  addConfigCommand(program, {
    load: () => inspectConfig({ env: {}, cwd: '/srv', readFile: () => undefined, ...sources }),
    write: (text) => {
      seen.out += text
    },
    writeError: (text) => {
      seen.error += text
    },
    exitWith: (code) => {
      seen.code = code
    },
  })
  program.parse(['config', ...argv], { from: 'user' })
  return seen
}

const readFile = (path: string) => (path === '/srv/.env' ? 'OLLAMA_BASE_URL=http://other:1\n' : undefined)

describe('hearth config', () => {
  test('C-16: explain tells the value, who gave it, what it overrides and what it means', () => {
    const { out, code } = run(['explain', 'EMBEDDINGS_BASEURL'], { env: { OLLAMA_HOST: '0.0.0.0' }, readFile })
    expect(code).toBe(0)
    expect(out).toMatch(/^ollama\.url = http:\/\/127\.0\.0\.1:11434\n/)
    expect(out).toMatch(/from +OLLAMA_HOST in environment\n/)
    expect(out).toMatch(/written +0\.0\.0\.0\n/)
    expect(out).toMatch(/overrides +http:\/\/other:1 from OLLAMA_BASE_URL in \.env line 1\n/)
    expect(out).toMatch(/default +http:\/\/localhost:11434\n/)
    expect(out).toMatch(/names +OLLAMA_HOST, OLLAMA_BASE_URL, EMBEDDINGS_BASEURL, ollama\.base_url\n/)
  })

  test('explain tells the unit, and a setting that is not set', () => {
    expect(run(['explain', 'server.shutdownGraceSeconds'], {}).out).toMatch(
      /^server\.shutdownGraceSeconds = 10 seconds\n/,
    )
    expect(run(['explain', 'OPENAI_MODEL'], {}).out).toMatch(/^openai\.model = \(not set\)\n/)
  })

  test('explain of a name nobody knows says what was probably meant and exits with 1', () =>
    expect(run(['explain', 'server.prot'], {})).toEqual({
      out: '',
      error: 'There is no setting server.prot. Did you mean server.port?\n',
      code: 1,
    }))

  test('list shows every setting and hides secrets', () => {
    const { out } = run(['list'], { env: { OPENAI_API_KEY: 'sk-secret-123', PORT: 'x' } })
    expect(out).toMatch(/^openai\.apiKey +\(hidden\) {2}\(OPENAI_API_KEY in environment\)$/m)
    expect(out).toMatch(/^server\.port +WRONG/m)
    expect(out).toMatch(/^server\.host +127\.0\.0\.1$/m)
    expect(out).not.toContain('sk-secret-123')
  })

  test('check is content with defaults, and tells all that is wrong and exits with 1', () => {
    expect(run(['check'], {})).toEqual({ out: 'Every setting is in order.\n', error: '', code: 0 })
    const { error, code } = run(['check'], { env: { PORT: 'x', LOG_LEVEL: 'loud' } })
    expect(code).toBe(1)
    expect(error.trim().split('\n')).toHaveLength(2)
  })
})
