import type { FieldError } from '../core/index.ts'
import { show } from './secrets.ts'
import type { Setting } from './setting.ts'
import { allSettings, type SettingKey } from './settings.ts'
import { collect, type Given, type World } from './sources.ts'

/** What became of one setting. `given` is every value somebody wrote down, the strongest first. */
export type Resolved = {
  readonly key: SettingKey
  readonly setting: Setting
  readonly value: unknown
  readonly given: readonly Given[]
  readonly errors: readonly FieldError[]
}

type Read = { readonly value: unknown } | { readonly why: string }

function read(setting: Setting, given: Pick<Given, 'text' | 'folder' | 'fault'>, world: World): Read {
  const { kind } = setting
  if (given.fault !== undefined) return { why: given.fault }
  if (typeof given.text !== 'string' && !kind.list) return { why: `It is a list. Expected ${kind.expects}.` }
  const written = typeof given.text === 'string' ? given.text : given.text.join(',')
  const text = kind.absolute ? kind.absolute(written, given.folder) : written
  const parsed = kind.schema.safeParse(text)
  if (!parsed.success) return { why: parsed.error.issues.map(({ message }) => message).join(' ') }
  if (kind.existingFile && world.readFile(text) === undefined) return { why: `There is no file ${text} to read.` }
  return { value: parsed.data }
}

const called = (setting: Setting, { name, place, text }: Given) =>
  `${name}=${show(setting, typeof text === 'string' ? text : `[${text.join(', ')}]`)} (${place})`

/** Names of one setting that disagree within a source; which of them counts is not ours to guess. */
function disagreement(setting: Setting, rivals: readonly Given[], world: World): string | undefined {
  const [first, ...others] = rivals
  if (first === undefined) return undefined
  const meaning = (given: Given) => {
    const result = read(setting, given, world)
    return JSON.stringify('value' in result ? result : given.text)
  }
  const other = others.find((given) => meaning(given) !== meaning(first))
  if (other === undefined) return undefined
  return `${called(setting, first)} and ${called(setting, other)} are two names of one setting with different values. Keep one of them.`
}

function resolveOne([key, setting]: readonly [SettingKey, Setting], all: readonly Given[], world: World): Resolved {
  const given = all.filter((one) => one.key === key)
  const [first] = given
  const outcome = (value: unknown, message?: string): Resolved => ({
    key,
    setting,
    value,
    given,
    errors: message === undefined ? [] : [{ field: key, message }],
  })
  if (first === undefined) {
    if (setting.default === undefined) return outcome(undefined)
    const byDefault = read(setting, { text: setting.default, folder: world.cwd }, world)
    return outcome('value' in byDefault ? byDefault.value : undefined)
  }
  const rivals = given.filter((one) => one.layer === first.layer)
  const conflict = disagreement(setting, rivals, world)
  if (conflict !== undefined) return outcome(undefined, conflict)
  const result = read(setting, first, world)
  return 'value' in result
    ? outcome(result.value)
    : outcome(undefined, `${called(setting, first)} cannot be used. ${result.why}`)
}

/** Settles every setting: what it is, who said so, and all that is wrong. */
export function resolveSettings(world: World): {
  readonly resolved: readonly Resolved[]
  readonly errors: readonly FieldError[]
} {
  const { given, faults } = collect(world)
  const resolved = allSettings.map((entry) => resolveOne(entry, given, world))
  return { resolved, errors: [...faults, ...resolved.flatMap(({ errors }) => errors)] }
}
