import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The file of a process beside the module that starts it: TypeScript among the sources, plain JavaScript in the
 * bundle, which holds the modules of all rooms in one folder.
 * @param moduleUrl - `import.meta.url` of that module
 */
export const processFile = (moduleUrl: string, name: string): string =>
  fileURLToPath(new URL(`./${name}${extname(fileURLToPath(moduleUrl))}`, moduleUrl))

/** The folder with the engine's package.json and lockfile, looked for upwards from here. */
export function findEngineSource(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'engines', 'llama', 'package-lock.json'))) {
    const above = dirname(folder)
    if (above === folder) throw new Error('engines/llama is missing from this installation')
    folder = above
  }
  return join(folder, 'engines', 'llama')
}
