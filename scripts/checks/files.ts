import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const skipped = new Set(['.git', 'node_modules', 'build', 'coverage', '.svelte-kit'])

/**
 * Lists the files under some folders of the tree, without what is installed, built or generated.
 * @returns paths relative to `root`, with forward slashes, in order; a folder that is not there has no files
 */
export function listFiles(root: string, folders: readonly string[], pattern: RegExp): string[] {
  const found: string[] = []
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && !skipped.has(entry.name)) visit(path)
      if (entry.isFile() && pattern.test(entry.name)) found.push(relative(root, path).split(sep).join('/'))
    }
  }
  for (const folder of folders) if (existsSync(join(root, folder))) visit(join(root, folder))
  return found.sort()
}

/** Every folder that holds code or tests of ours. */
export const codeFolders = ['src', 'web', 'test', 'scripts', 'bin', 'bench', 'evals'] as const

/** Code that no person writes or that is kept as it came: the limits of size and style do not apply. */
export const isExempt = (file: string): boolean =>
  file === 'web/src/api/schema.ts' || /\/__fixtures__\/|^test\/fixtures\/|^src\/storage\/migrations\//.test(file)
