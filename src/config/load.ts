import { readFileSync } from 'node:fs'
import { type FieldError, ProblemError } from '../core/index.ts'
import { type Explanation, explainResolved } from './explain.ts'
import { findKey, nearestName } from './names.ts'
import { type Resolved, resolveSettings } from './resolve.ts'
import { secretsIn } from './secrets.ts'
import type { Config, SettingKey } from './settings.ts'
import type { World } from './sources.ts'

/** What was found out about the configuration, whether or not it can be used. */
export type Inspection = {
  /** All that is wrong; `field` is the setting's key. */
  readonly errors: readonly FieldError[]
  /** Explains the setting of a dotted key, a name in the environment, a legacy name or a flag. Throws `not-found`. */
  readonly explain: (name: string) => Explanation
  readonly listSettings: () => readonly Explanation[]
  /** Tells whether anybody has set this, or the default holds. */
  readonly isSet: (key: SettingKey) => boolean
}

/** A configuration that holds. `secrets` are texts no log may show. */
export type LoadedConfig = Omit<Inspection, 'errors'> & {
  readonly config: Config
  readonly secrets: readonly string[]
}

/** Where to look instead of at this process: `flags` are keyed by dotted key and hold the text as typed. */
export type ConfigSources = Partial<World>

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code)) return undefined
    throw new ProblemError('invalid-configuration', { detail: `${path} is there but cannot be read (${code}).`, cause })
  }
}

const worldOf = ({
  flags = {},
  env = process.env,
  cwd = process.cwd(),
  readFile = readIfThere,
}: ConfigSources): World => ({
  flags,
  env,
  cwd,
  readFile,
})

function inspect(resolved: readonly Resolved[]): Omit<Inspection, 'errors'> {
  const byKey = new Map(resolved.map((one) => [one.key, one]))
  return {
    explain: (name) => {
      const key = findKey(name)
      const found = key && byKey.get(key)
      if (found) return explainResolved(found)
      const meant = nearestName(name)
      const hint = meant === undefined ? '`hearth config list` shows them all.' : `Did you mean ${meant}?`
      throw new ProblemError('not-found', { detail: `There is no setting ${name}. ${hint}` })
    },
    listSettings: () => resolved.map(explainResolved),
    isSet: (key) => (byKey.get(key)?.given.length ?? 0) > 0,
  }
}

/** Groups the values by the first word of their keys. The table's own type says what comes of it. */
function group(resolved: readonly Resolved[]): Config {
  const groups: Record<string, Record<string, unknown>> = {}
  for (const { key, value } of resolved) {
    const [name, leaf] = key.split('.') as [string, string]
    groups[name] = { ...groups[name], [leaf]: Object.freeze(value) }
  }
  for (const values of Object.values(groups)) Object.freeze(values)
  return Object.freeze(groups) as unknown as Config
}

const secretsOf = (resolved: readonly Resolved[]): readonly string[] => [
  ...new Set(
    resolved.flatMap(({ setting, given }) =>
      given.flatMap(({ text }) => (typeof text === 'string' ? secretsIn(setting, text) : [])),
    ),
  ),
]

/** Looks at the configuration without insisting that it can be used. */
export function inspectConfig(sources: ConfigSources = {}): Inspection {
  const { resolved, errors } = resolveSettings(worldOf(sources))
  return { errors, ...inspect(resolved) }
}

/**
 * Reads every setting: command line, then environment, then `.env` of the working directory, then hearth.yaml, then
 * default. An empty value counts as not given. Relative paths belong to the file they are written in.
 * @throws ProblemError `invalid-configuration` with everything that is wrong, by name, source and remedy
 */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const { resolved, errors } = resolveSettings(worldOf(sources))
  if (errors.length > 0) {
    const detail = errors.map(({ message }) => message).join('\n')
    throw new ProblemError('invalid-configuration', { detail, errors })
  }
  return { config: group(resolved), secrets: secretsOf(resolved), ...inspect(resolved) }
}
