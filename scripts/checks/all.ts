import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkBiome } from './biome.ts'
import type { Check } from './check.ts'
import { checkDeadCode } from './dead-code.ts'
import { checkImports } from './imports.ts'
import { checkLockfiles } from './lockfile.ts'
import { checkNames } from './names.ts'
import { checkRooms } from './rooms.ts'
import { checkSecrets } from './secrets.ts'
import { checkSizes } from './sizes.ts'
import { checkSvelte } from './svelte.ts'
import { checkTypes } from './tsc.ts'

/** Every check of the tree, the slow ones first; a tree without a page has nothing for svelte-check to read. */
export const checksFor = (root: string): readonly Check[] => [
  checkTypes,
  ...(existsSync(join(root, 'web')) ? [checkSvelte] : []),
  checkDeadCode,
  checkImports,
  checkBiome,
  checkRooms,
  checkNames,
  checkSizes,
  checkLockfiles,
  checkSecrets,
]
