import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checksFor } from './all.ts'
import { checkBiome } from './biome.ts'
import { type Check, type CheckResult, describe as describeResult, passes } from './check.ts'
import { checkDeadCode } from './dead-code.ts'
import { checkImports } from './imports.ts'
import { checkLockfiles } from './lockfile.ts'
import { checkNames } from './names.ts'
import { cleanFiles, complexityOf, copyInto, type Files, functionOf, lines, plantTree } from './planted-tree.ts'
import { checkRooms } from './rooms.ts'
import { checkSecrets } from './secrets.ts'
import { checkSizes } from './sizes.ts'
import { checkSvelte } from './svelte.ts'
import { checkTypes } from './tsc.ts'

const planted: string[] = []
afterAll(() => {
  for (const root of planted) rmSync(root, { recursive: true, force: true })
})

function plant(files: Files): string {
  const root = plantTree(files)
  planted.push(root)
  return root
}

/** Put together here, so that this file does not itself look like it keeps one. */
const secret = ['gh', 'p_', 'a1'.repeat(18)].join('')

/** What is wrong, by the check that is to find it: the file, the rule, and the fault itself. */
const faults: readonly { check: Check; rule: string; file: string; text: string }[] = [
  { check: checkTypes, rule: 'TS2322', file: 'src/chat/type-error.ts', text: "export const count: number = 'one'\n" },
  {
    check: checkTypes,
    rule: 'TS7006',
    file: 'src/chat/untyped.ts',
    text: 'export const twice = (count) => count * 2\n',
  },
  {
    check: checkTypes,
    rule: 'TS2322',
    file: 'src/chat/unchecked-index.ts',
    text: 'export const head = (all: number[]): number => all[0]\n',
  },
  {
    check: checkTypes,
    rule: 'TS2375',
    file: 'src/chat/optional.ts',
    text: 'export const thing: { title?: string } = { title: undefined }\n',
  },
  { check: checkTypes, rule: 'TS1294', file: 'src/chat/enumeration.ts', text: 'export enum Kind {\n  One,\n}\n' },
  {
    check: checkTypes,
    rule: 'TS1484',
    file: 'src/chat/type-import.ts',
    text: "import { Store } from '../storage/index.ts'\n\nexport type Box = Store\n",
  },
  {
    check: checkTypes,
    rule: 'TS4114',
    file: 'src/chat/override.ts',
    text: 'class One {\n  go(): void {}\n}\n\nexport class Two extends One {\n  go(): void {}\n}\n',
  },

  {
    check: checkImports,
    rule: 'no-upward-import',
    file: 'src/storage/climb.ts',
    text: "export { createChat } from '../chat/index.ts'\n",
  },
  {
    check: checkImports,
    rule: 'no-upward-import',
    file: 'src/core/climb.ts',
    text: "import type { Store } from '../storage/index.ts'\n\nexport type Box = Store\n",
  },
  {
    check: checkImports,
    rule: 'core-imports-no-room',
    file: 'src/core/reach.ts',
    text: "export { createApp } from '../app.ts'\n",
  },
  {
    check: checkImports,
    rule: 'no-sideways-import',
    file: 'src/storage/aside.ts',
    text: "export { answer } from '../http/index.ts'\n",
  },
  {
    check: checkImports,
    rule: 'no-import-past-a-door',
    file: 'src/chat/past-a-door.ts',
    text: "export { createStore } from '../storage/store.ts'\n",
  },
  {
    check: checkImports,
    rule: 'no-import-past-a-door',
    file: 'src/second-app.ts',
    text: "export { createStore } from './storage/store.ts'\n",
  },
  {
    check: checkImports,
    rule: 'no-cycle',
    file: 'src/chat/one.ts',
    text: "import { two } from './two.ts'\n\nexport const one = (): number => two()\n",
  },
  {
    check: checkImports,
    rule: 'no-import-of-app',
    file: 'src/chat/whole.ts',
    text: "export { createApp } from '../app.ts'\n",
  },
  {
    check: checkImports,
    rule: 'no-import-of-another-dialect',
    file: 'src/dialects/astra/routes.ts',
    text: "export { frame } from '../openai/frame.ts'\n",
  },
  {
    check: checkImports,
    rule: 'web-speaks-http-only',
    file: 'web/src/reach.ts',
    text: "export { nowMs } from '../../src/core/index.ts'\n",
  },
  {
    check: checkImports,
    rule: 'server-stands-alone',
    file: 'src/chat/scripted.ts',
    text: "export { floors } from '../../scripts/checks/floors.ts'\n",
  },
  {
    check: checkImports,
    rule: 'no-unresolvable-import',
    file: 'src/chat/lost.ts',
    text: "export { lost } from './nowhere.ts'\n",
  },
  {
    check: checkImports,
    rule: 'no-dev-dependency-in-server',
    file: 'src/chat/page.ts',
    text: "export { mount } from 'svelte'\n",
  },

  {
    check: checkBiome,
    rule: 'noExplicitAny',
    file: 'src/chat/loose.ts',
    text: 'export const loose = (thing: any): unknown => thing\n',
  },
  { check: checkBiome, rule: 'noConsole', file: 'src/chat/chatty.ts', text: "console.log('hello')\n" },
  {
    check: checkBiome,
    rule: 'noProcessEnv',
    file: 'src/chat/environment.ts',
    text: 'export const home = process.env.HOME\n',
  },
  { check: checkBiome, rule: 'noDefaultExport', file: 'src/chat/standard.ts', text: 'export default 1\n' },
  {
    check: checkBiome,
    rule: 'noFloatingPromises',
    file: 'src/chat/floating.ts',
    text: 'const save = async (): Promise<number> => 1\n\nexport function start(): void {\n  save()\n}\n',
  },
  {
    check: checkBiome,
    rule: 'noMisusedPromises',
    file: 'src/chat/misused.ts',
    text: "const has = async (): Promise<boolean> => true\n\nexport const tell = (): string => (has() ? 'yes' : 'no')\n",
  },
  {
    check: checkBiome,
    rule: 'useExhaustiveSwitchCases',
    file: 'src/chat/open-switch.ts',
    text: "export function name(kind: 'one' | 'two'): string {\n  let text = ''\n  switch (kind) {\n    case 'one':\n      text = '1'\n      break\n  }\n  return text\n}\n",
  },
  {
    check: checkBiome,
    rule: 'useFilenamingConvention',
    file: 'src/chat/camelCase.ts',
    text: 'export const camel = 1\n',
  },
  {
    check: checkBiome,
    rule: 'noExcessiveLinesPerFile',
    file: 'src/chat/too-long.ts',
    text: `export const first = 1\n${lines(400, (index) => `export const next${index} = 1`)}`,
  },
  {
    check: checkBiome,
    rule: 'noExcessiveLinesPerFile',
    file: 'src/chat/too-long.test.ts',
    text: `export const first = 1\n${lines(600, (index) => `export const next${index} = 1`)}`,
  },
  {
    check: checkBiome,
    rule: 'noExcessiveLinesPerFunction',
    file: 'src/chat/long-function.ts',
    text: functionOf('long', 61),
  },
  {
    check: checkBiome,
    rule: 'useMaxParams',
    file: 'src/chat/four.ts',
    text: 'export const four = (a: number, b: number, c: number, d: number): number => a + b + c + d\n',
  },
  {
    check: checkBiome,
    rule: 'noExcessiveCognitiveComplexity',
    file: 'src/chat/complex.ts',
    text: complexityOf('complex', 13),
  },
  { check: checkBiome, rule: 'noUnusedVariables', file: 'src/chat/unused.ts', text: 'const unused = 1\n' },
  { check: checkBiome, rule: 'format', file: 'src/chat/untidy.ts', text: 'export const  untidy = "1";\n' },
  {
    check: checkBiome,
    rule: 'organizeImports',
    file: 'src/chat/unsorted.ts',
    text: "import { createStore } from '../storage/index.ts'\nimport { nowMs } from '../core/index.ts'\n\nexport const both = [createStore, nowMs]\n",
  },

  { check: checkDeadCode, rule: 'knip-files', file: 'src/chat/dead.ts', text: 'export const dead = 1\n' },
  {
    check: checkDeadCode,
    rule: 'knip-types',
    file: 'src/core/clock.ts',
    text: 'export type Forgotten = 1\n\nexport const nowMs = (): number => Date.now()\n',
  },
  {
    check: checkDeadCode,
    rule: 'knip-exports',
    file: 'src/storage/index.ts',
    text: "export { createStore, forgotten, type Store } from './store.ts'\n",
  },
  {
    check: checkDeadCode,
    rule: 'knip-dependencies',
    file: 'package.json',
    text: '{ "name": "planted", "type": "module", "dependencies": { "hono": "4.0.0", "zod": "4.0.0" }, "devDependencies": { "svelte": "5.0.0" } }',
  },
  {
    check: checkDeadCode,
    rule: 'knip-unlisted',
    file: 'src/main.ts',
    text: "import { pino } from 'pino'\nimport { createApp } from './app.ts'\n\npino(createApp())\n",
  },

  {
    check: checkSvelte,
    rule: 'svelte-error',
    file: 'web/src/wrong.svelte',
    text: '<script lang="ts">\n  const count: number = \'one\'\n</script>\n\n{count}\n',
  },
  { check: checkSvelte, rule: 'svelte-warning', file: 'web/src/unseen.svelte', text: '<img src="/picture.png" />\n' },

  { check: checkRooms, rule: 'unknown-room', file: 'src/cellar', text: '' },
  { check: checkRooms, rule: 'no-door', file: 'src/cellar/index.ts', text: '' },
  { check: checkRooms, rule: 'no-readme', file: 'src/http/README.md', text: '' },
  {
    check: checkRooms,
    rule: 'long-readme',
    file: 'src/timeline/README.md',
    text: lines(31, (index) => `Line ${index}`),
  },
  { check: checkRooms, rule: 'door-exports-all', file: 'src/timeline/index.ts', text: "export * from './entry.ts'\n" },

  { check: checkNames, rule: 'banned-name', file: 'src/chat/turn-manager.ts', text: 'export const turn = 1\n' },
  {
    check: checkSizes,
    rule: 'long-file',
    file: 'web/src/too-long.svelte',
    text: lines(401, (index) => `<p>${index}</p>`),
  },
  { check: checkSizes, rule: 'long-file', file: 'README.md', text: lines(151, (index) => `Line ${index}`) },

  {
    check: checkLockfiles,
    rule: 'locked-address',
    file: 'package-lock.json',
    text: JSON.stringify({
      packages: {
        'node_modules/a': {
          resolved: 'https://example.org/a.tgz',
          hasInstallScript: true,
          optionalDependencies: { b: '1.0.0' },
        },
      },
    }),
  },
  { check: checkLockfiles, rule: 'no-integrity', file: 'package-lock.json', text: '' },
  { check: checkLockfiles, rule: 'install-script', file: 'package-lock.json', text: '' },
  { check: checkLockfiles, rule: 'not-locked', file: 'package-lock.json', text: '' },
  { check: checkSecrets, rule: 'secret', file: 'src/chat/token.ts', text: `export const token = '${secret}'\n` },
]

/** What the faults above need to lean on; without a fault of its own. */
const surroundings: Files = {
  'src/chat/two.ts': "import { one } from './one.ts'\n\nexport const two = (): number => one()\n",
  'src/storage/store.ts': `${cleanFiles['src/storage/store.ts']}\nexport const forgotten = 1\n`,
  'src/http/index.ts': 'export const answer = 42\n',
  'src/timeline/entry.ts': 'export const entry = 1\n',
  'src/cellar/wine.ts': 'export const wine = 1\n',
  'src/dialects/openai/frame.ts': 'export const frame = 1\n',
}

/** Each check on one tree, once. */
function runner(root: () => string): (check: Check) => Promise<CheckResult> {
  const results = new Map<Check, Promise<CheckResult>>()
  return (check) => {
    const result = results.get(check) ?? Promise.resolve(check(root()))
    results.set(check, result)
    return result
  }
}

describe('a tree with planted faults', () => {
  let root = ''
  beforeAll(() => {
    const texts = faults.filter(({ text }) => text !== '').map(({ file, text }) => [file, text])
    root = plant({ ...cleanFiles, ...surroundings, ...Object.fromEntries(texts) })
  })
  const run = runner(() => root)

  it.each(faults)('is reported for $file: $rule', async ({ check, rule, file }) => {
    const result = await run(check)
    expect(passes(result)).toBe(false)
    expect(result.findings.filter((finding) => finding.file === file).map((finding) => finding.rule)).toContain(rule)
  })
})

describe('a tree without faults', () => {
  let root = ''
  beforeAll(() => {
    root = plant(cleanFiles)
  })

  it.each([...new Set(faults.map(({ check }) => check))])('passes %o', async (check) => {
    const result = await check(root)
    expect(result.findings).toEqual([])
    expect(passes(result), describeResult(result)).toBe(true)
  })
})

describe('a tree of which nothing is read', () => {
  /** Nothing but a configuration that leads each tool away from the code. */
  const blind: Files = {
    ...cleanFiles,
    'tsconfig.json': '{ "files": ["bin/none.d.ts"] }',
    'bin/none.d.ts': 'export {}\n',
    'biome.json': '{ "files": { "includes": ["bin/**"] } }',
    'knip.json': '{ "entry": ["bin/*.mjs"], "project": ["bin/**"], "ignore": ["**"] }',
    '.dependency-cruiser.mjs': "export default { forbidden: [], options: { exclude: { path: 'src' } } }\n",
    'web/tsconfig.json': '{ "files": ["none.d.ts"] }',
    'web/none.d.ts': 'export {}\n',
  }

  it.each([checkTypes, checkBiome, checkImports, checkSvelte])('does not pass %o', async (check) => {
    const result = await check(plant(blind))
    expect(passes(result), describeResult(result)).toBe(false)
  })

  it('does not pass any check when it is empty', async () => {
    const root = mkdtempSync(join(tmpdir(), 'hearth-planted-'))
    planted.push(root)
    writeFileSync(join(root, 'package-lock.json'), '{ "packages": {} }')
    for (const check of [checkNames, checkSizes, checkSecrets])
      expect((await check(root)).expected).toBeLessThanOrEqual(1)
    expect(passes(await checkNames(root))).toBe(false)
    expect(passes(await checkLockfiles(root))).toBe(false)
  })
})

describe('a route', () => {
  it('that does not say who may call it does not compile', async () => {
    const route = (access: string): string =>
      `import { defineRoute, reply } from './route.ts'\n\nexport const route = defineRoute({\n  method: 'get',\n  path: '/x',\n${access}  summary: 'x',\n  tag: 'x',\n  replies: { 200: 'none' },\n  handler: () => reply(200),\n})\n`
    const root = plant({
      'package.json': '{ "type": "module" }',
      'src/http/open.ts': route(''),
      'src/http/declared.ts': route("  access: 'public',\n"),
      'src/http/invented.ts': route("  access: 'anybody',\n"),
    })
    copyInto(root, 'src/core')
    copyInto(root, 'src/http/route.ts')
    const { findings } = await checkTypes(root)
    expect([...new Set(findings.map(({ file }) => file))]).toEqual(['src/http/invented.ts', 'src/http/open.ts'])
  })
})

it('every check of the tree is tried here', () => {
  const tried = new Set(faults.map(({ check }) => check))
  expect(checksFor(join(import.meta.dirname, '..', '..')).filter((check) => !tried.has(check))).toEqual([])
})
