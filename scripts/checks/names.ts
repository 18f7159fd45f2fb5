import type { CheckResult, Finding } from './check.ts'
import { codeFolders, isExempt, listFiles } from './files.ts'

/** Words that say nothing, and words for which the house has another (left: what a name may not hold, right: why). */
const banned: Readonly<Record<string, string>> = {
  manager: 'say what it does',
  helper: 'name it after what it does',
  helpers: 'name it after what it does',
  util: 'name it after what it does',
  utils: 'name it after what it does',
  common: 'a thing has one owner',
  service: 'say what it does',
  handler: 'say what it does',
  impl: 'name the thing itself',
  data: 'say what it is',
  info: 'say what it is',
  tmp: 'say what it is',
  types: 'keep a type beside the function that makes it',
  convo: 'the word is conversation',
  thread: 'the word is conversation',
  backend: 'the word is provider',
  plugin: 'the word is tool',
  workspace: 'the word is brain',
  profile: 'the word is brain',
  moderation: 'the word is verdict',
  compat: 'the word is dialect',
  adapter: 'the word is dialect',
  legacy: 'the word is dialect',
}

/** Folders in which foreign spellings are at home: they speak somebody else's protocol. */
const foreign = /^src\/(dialects|providers)\/[^/]+\//

/** The words of file and folder names. */
export function checkNames(root: string): CheckResult {
  const files = listFiles(root, codeFolders, /\.(ts|mjs|svelte|css)$/)
  const own = files.filter((file) => !isExempt(file) && !foreign.test(file))
  const findings = own.flatMap((file) => wordsOf(file).flatMap((word) => findingOf(file, word)))
  return { name: 'names', unit: 'file names', read: files.length, expected: files.length, findings }
}

const wordsOf = (file: string): string[] => file.replace(/\.[a-z.]+$/, '').split(/[/.-]/)

const findingOf = (file: string, word: string): Finding[] => {
  const why = Object.hasOwn(banned, word) ? banned[word] : undefined
  return why ? [{ file, rule: 'banned-name', message: `“${word}”: ${why}` }] : []
}
