import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatConfigurationPage, formatEnvExample } from './documents.ts'
import { loadConfig } from './load.ts'
import { allSettings } from './settings.ts'

const committed = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
const withDotenv = (dotenv: string) =>
  loadConfig({ env: {}, cwd: '/srv', readFile: (path) => (path === '/srv/.env' ? dotenv : undefined) }).config

describe('what is written about settings', () => {
  test('.env.example and docs/configuration.md are what scripts/write-config-docs.ts writes', () => {
    expect(committed('.env.example')).toBe(formatEnvExample())
    expect(committed('docs/configuration.md')).toBe(formatConfigurationPage())
  })

  test('every name of every setting is in both', () => {
    for (const [key, { env, flag, notInYaml }] of allSettings) {
      for (const name of env) {
        expect(formatEnvExample()).toContain(name)
        expect(formatConfigurationPage()).toContain(`\`${name}\``)
      }
      if (flag) expect(formatConfigurationPage()).toContain(`\`${flag}\``)
      if (!notInYaml) expect(formatConfigurationPage()).toContain(`\`${key}\``)
    }
  })

  test('AURO-32: .env.example copied to .env changes nothing, with and without its # signs', () => {
    const uncommented = formatEnvExample().replace(/^# (?=[A-Z_]+=)/gm, '')
    expect(uncommented.match(/^[A-Z_]+=/gm)).toHaveLength(allSettings.length)
    expect(withDotenv(formatEnvExample())).toEqual(withDotenv(''))
    expect(withDotenv(uncommented)).toEqual(withDotenv(''))
  })

  test('AURO-32: a value changed in a copy of .env.example counts', () =>
    expect(withDotenv(formatEnvExample().replace('# PORT=8000', 'PORT=9000')).server.port).toBe(9000))
})
