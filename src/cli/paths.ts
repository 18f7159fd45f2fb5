import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this installation: the repository, or the unpacked package. */
const installation: string = findInstallation(dirname(fileURLToPath(import.meta.url)))

function findInstallation(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'bin', 'hearth.mjs'))) return folder
    if (folder === dirname(folder)) throw new Error('this installation is incomplete: bin/hearth.mjs is missing')
  }
}

/** What the package calls its version. */
export const version: string = (
  JSON.parse(readFileSync(join(installation, 'package.json'), 'utf8')) as { version: string }
).version

/** Where what has been built lies. */
export const assets = { page: join(installation, 'build', 'page'), docs: join(installation, 'build', 'docs') }
