import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckResult, Finding } from './check.ts'
import { listFiles } from './files.ts'

/** What a credential of a well-known kind looks like. */
const patterns: Readonly<Record<string, RegExp>> = {
  'private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
  'AWS access key': /\bAKIA[0-9A-Z]{16}\b/,
  'GitHub token': /\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b/,
  'Google key': /\bAIza[0-9A-Za-z_-]{35}\b/,
  'npm token': /\bnpm_[A-Za-z0-9]{36}\b/,
  'OpenAI or Anthropic key': /\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}\b/,
  'Hugging Face token': /\bhf_[A-Za-z0-9]{30,}\b/,
  'Slack token': /\bxox[abprs]-[0-9A-Za-z-]{20,}/,
  'password in an address':
    /\b[a-z][a-z+]*:\/\/[^\s:/@'"`$<>{}]+:(?!password|secret|pass|\*|…|x{3})[^\s:/@'"`$<>{}]{6,}@(?!localhost|127\.|db\b|example)/i,
}

const text =
  /\.(ts|mjs|cjs|js|json|svelte|css|html|md|yaml|yml|toml|sql|sh|service|txt|env|example)$|^[A-Z][a-z]*file$|^\.[a-z]+$/

/** No credential is kept in the repository. */
export function checkSecrets(root: string): CheckResult {
  const files = listFiles(root, ['.'], text).filter((file) => !/(^|\/)(package-lock\.json|\.env)$/.test(file))
  const findings = files.flatMap((file) => secretsIn(file, readFileSync(join(root, file), 'utf8')))
  return { name: 'secrets', unit: 'files', read: files.length, expected: files.length, findings }
}

const secretsIn = (file: string, content: string): Finding[] =>
  content
    .split('\n')
    .flatMap((line, index) =>
      Object.entries(patterns).flatMap(([kind, pattern]): Finding[] =>
        pattern.test(line) ? [{ file, line: index + 1, rule: 'secret', message: `looks like a ${kind}` }] : [],
      ),
    )
