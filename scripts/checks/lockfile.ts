import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { CheckResult, Finding } from './check.ts'
import { listFiles } from './files.ts'

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      inBundle: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

/** Packages that have an install script which we do without, and why that is well. */
const installScriptsDoneWithout: Readonly<Record<string, string>> = {
  '@scarf/scarf': 'counts installations; the documentation pages that need its parent work without it',
  'core-js': 'prints an advertisement',
  fsevents: 'macOS only: builds a file watcher of the development server, which falls back to polling',
  'node-llama-cpp': 'would compile the engine; the compiled one comes as a package for each system',
}

/** Locks hold checksums and no addresses, so that any registry serves; and nothing needs to run while installing. */
export function checkLockfiles(root: string): CheckResult {
  const lockfiles = ['package-lock.json', ...listFiles(root, ['engines'], /^package-lock\.json$/)]
  const checked = lockfiles.map((file) => {
    const { packages } = Lockfile.parse(JSON.parse(readFileSync(join(root, file), 'utf8')))
    const entries = Object.entries(packages).filter(([path]) => path !== '')
    const faults = entries.flatMap(([path, entry]) => [
      ...faultsOf(file, path, entry),
      ...unlocked(file, path, packages),
    ])
    return { read: entries.length, findings: faults }
  })
  const read = checked.reduce((sum, one) => sum + one.read, 0)
  const findings = checked.flatMap((one) => one.findings)
  return { name: 'lockfiles', unit: 'packages', read, expected: lockfiles.length, findings }
}

type Packages = z.output<typeof Lockfile>['packages']
type Entry = Packages[string]

function faultsOf(file: string, path: string, entry: Entry): Finding[] {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const faults: Finding[] = []
  if (entry.resolved !== undefined && !entry.link) {
    faults.push({ file, rule: 'locked-address', message: `${path} names the address it came from` })
  }
  if (entry.integrity === undefined && !entry.link && !entry.inBundle) {
    faults.push({ file, rule: 'no-integrity', message: `${path} has no checksum` })
  }
  if (entry.hasInstallScript && !Object.hasOwn(installScriptsDoneWithout, name)) {
    faults.push({ file, rule: 'install-script', message: `${path} wants to run a script while it is installed` })
  }
  return faults
}

/** Optional packages for other systems that are not in the lock: `npm ci` refuses such a lock on every system. */
function unlocked(file: string, path: string, packages: Packages): Finding[] {
  const isLocked = (name: string): boolean => {
    for (
      let folder = path;
      folder !== '';
      folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))
    ) {
      if (Object.hasOwn(packages, `${folder}/node_modules/${name}`)) return true
    }
    return Object.hasOwn(packages, `node_modules/${name}`)
  }
  const missing = Object.keys(packages[path]?.optionalDependencies ?? {}).filter((name) => !isLocked(name))
  return missing.map((name) => ({ file, rule: 'not-locked', message: `${path} may need ${name}, which has no entry` }))
}
