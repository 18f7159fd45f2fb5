import type { Resolved } from './resolve.ts'
import { show } from './secrets.ts'
import type { SettingKey } from './settings.ts'
import type { Given, Layer } from './sources.ts'

/** A value as it was written and who wrote it; secrets are hidden. */
type Origin = { readonly layer: Layer; readonly source: string; readonly value: string }

/** All there is to say about a setting, worded for reading; secrets are hidden. */
export type Explanation = {
  readonly key: SettingKey
  /** What the server works with; empty when the setting is not set or what was written cannot be used. */
  readonly value: string
  /** What was written. */
  readonly written: string
  readonly layer: Layer
  /** Where the value comes from: `PORT in environment`, `server.port in hearth.yaml:2:9`, `default`. */
  readonly source: string
  /** Weaker sources that gave another or the same value, the strongest first. */
  readonly overrides: readonly Origin[]
  readonly default: string | undefined
  readonly unit: string | undefined
  readonly expects: string
  readonly about: string
  readonly env: readonly string[]
  readonly yaml: readonly string[]
  readonly flag: string | undefined
  readonly secret: boolean
  readonly errors: readonly string[]
}

function worded(value: unknown): string {
  if (value === undefined) return ''
  if (value === null) return 'off'
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value !== 'object') return String(value)
  return 'url' in value ? String(value.url) : 'path' in value ? `sqlite:///${value.path}` : ''
}

/** Explains one setting. */
export function explainResolved({ key, setting, value, given, errors }: Resolved): Explanation {
  const origin = ({ layer, name, place, text }: Given): Origin => ({
    layer,
    source: `${name} in ${place}`,
    value: show(setting, typeof text === 'string' ? text : text.join(', ')),
  })
  const byDefault = { layer: 'default', source: 'default', value: setting.default ?? '' } as const
  const [first = byDefault, ...overrides] = given.map(origin)
  return {
    key,
    value: show(setting, worded(value)),
    written: first.value,
    layer: first.layer,
    source: first.source,
    overrides,
    default: setting.default,
    unit: setting.unit,
    expects: setting.kind.expects,
    about: setting.about,
    env: setting.env,
    yaml: setting.notInYaml
      ? []
      : [key, ...(setting.yaml ?? []).map((path) => (typeof path === 'string' ? path : path[0]))],
    flag: setting.flag,
    secret: setting.secret ?? false,
    errors: errors.map(({ message }) => message),
  }
}
