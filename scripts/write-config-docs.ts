// Writes what is said about settings from the table of settings.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatConfigurationPage, formatEnvExample } from '../src/config/index.ts'

const root = join(import.meta.dirname, '..')

for (const [path, text] of [
  ['.env.example', formatEnvExample()],
  ['docs/configuration.md', formatConfigurationPage()],
] as const) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  process.stdout.write(`wrote ${path}\n`)
}
