import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const repository = join(import.meta.dirname, '..', '..')

/** Files by path, relative to the tree. */
export type Files = Readonly<Record<string, string>>

/** `count` lines, numbered so that no two are alike. */
export const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('')

/** A function of which the body has this many lines. */
export const functionOf = (name: string, bodyLines: number): string =>
  `export function ${name}(): number {\n  let sum = 0\n${lines(bodyLines - 2, (index) => `  sum += ${index}`)}  return sum\n}\n`

/** A function with this cognitive complexity: each `if` of one level counts one. */
export const complexityOf = (name: string, complexity: number): string =>
  `export function ${name}(count: number): number {\n  let sum = 0\n${lines(complexity, (index) => `  if (count > ${index}) sum += ${index}`)}  return sum\n}\n`

/**
 * Makes a tree under the system's temporary folder that is checked by this repository's own configuration.
 * @returns its path, which the caller removes
 */
export function plantTree(files: Files): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hearth-planted-')))
  for (const file of ['biome.json', 'knip.json', 'tsconfig.json', '.dependency-cruiser.mjs', '.gitignore']) {
    copyFileSync(join(repository, file), join(root, file))
  }
  mkdirSync(join(root, 'scripts', 'checks'), { recursive: true })
  copyFileSync(join(repository, 'scripts/checks/floors.ts'), join(root, 'scripts/checks/floors.ts'))
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

/** Copies a file or folder of this repository into a tree. */
export const copyInto = (root: string, path: string): void => {
  cpSync(join(repository, path), join(root, path), { recursive: true })
}

const readme = '# A room\n\nOne sentence.\n'

/** A small building in which nothing is wrong, with every limit reached exactly. */
export const cleanFiles: Files = {
  'package.json': `{
  "name": "planted",
  "type": "module",
  "bin": {
    "planted": "bin/planted.mjs"
  },
  "dependencies": {
    "zod": "4.0.0"
  },
  "devDependencies": {
    "svelte": "5.0.0"
  }
}
`,
  'package-lock.json': JSON.stringify({
    packages: {
      '': {},
      'node_modules/zod': { integrity: 'sha512-x', optionalDependencies: { inner: '1.0.0', outer: '1.0.0' } },
      'node_modules/zod/node_modules/inner': { integrity: 'sha512-x' },
      'node_modules/outer': { integrity: 'sha512-x' },
    },
  }),
  'README.md': lines(150, (index) => `Line ${index}`),
  'bin/planted.mjs': "import '../src/main.ts'\n",
  'scripts/floors.mjs': "import { floors, rooms } from './checks/floors.ts'\n\nconsole.log(floors, rooms)\n",
  'src/main.ts': "import { createApp } from './app.ts'\n\ncreateApp()\n",
  'src/app.ts':
    "import { createChat } from './chat/index.ts'\nimport { createStore } from './storage/index.ts'\n\nexport const createApp = () => createChat(createStore())\n",
  'src/core/README.md': readme,
  'src/core/index.ts': "export { nowMs } from './clock.ts'\n",
  'src/core/clock.ts': 'export const nowMs = (): number => Date.now()\n',
  'src/storage/README.md': readme,
  'src/storage/index.ts': "export { createStore, type Store, type StoreKind } from './store.ts'\n",
  'src/storage/store.ts':
    "import { nowMs } from '../core/index.ts'\n\nexport type StoreKind = 'file'\n\nexport type Store = { readonly openedAtMs: number }\n\nexport const createStore = (): Store => ({ openedAtMs: nowMs() })\n",
  'src/chat/README.md': lines(30, (index) => `Line ${index}`),
  'src/chat/index.ts': "export { createChat } from './chat.ts'\n",
  'src/chat/chat.ts': `import { z } from 'zod'
import type { Store } from '../storage/index.ts'
import { complex, long, three } from './limits.ts'
import * as numbers from './long.ts'

const Message = z.string()

export const createChat = (store: Store): string =>
  Message.parse(String(store.openedAtMs + complex(1) + long() + three(1, 2, 3) + Object.values(numbers).length))
`,
  'src/chat/limits.ts': `${functionOf('long', 60)}\n${complexityOf('complex', 12)}\nexport const three = (one: number, two: number, last: number): number => one + two + last\n`,
  'src/chat/long.ts': `export const first = 1\n${lines(399, (index) => `export const next${index} = 1`)}`,
  'web/tsconfig.json': `{
  "compilerOptions": {
    "module": "esnext",
    "moduleResolution": "bundler",
    "target": "es2024",
    "lib": ["es2024", "dom"],
    "types": ["svelte"],
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true
  },
  "include": ["src"]
}
`,
  'web/src/main.ts':
    "import { mount } from 'svelte'\nimport App from './app.svelte'\n\nmount(App, { target: document.body, props: { name: 'you' } })\n",
  'web/src/app.svelte':
    '<script lang="ts">\n  const { name }: { name: string } = $props()\n</script>\n\n<h1>{name}</h1>\n',
}
