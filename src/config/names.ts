import { nearest } from './nearest.ts'
import type { LegacyPath, Setting } from './setting.ts'
import { allSettings, type SettingKey } from './settings.ts'

/** Something a setting may be called in one kind of source, and how the text found there becomes ours. */
export type Name = {
  readonly key: SettingKey
  readonly name: string
  /** The text is the path of a file that holds the value. */
  readonly inFile?: true
  readonly read?: (text: string) => string | undefined
}

const legacy = (key: SettingKey, path: LegacyPath): Name =>
  typeof path === 'string' ? { key, name: path } : { key, name: path[0], read: path[1] }

const envNamesOf = ([key, setting]: readonly [SettingKey, Setting]): readonly Name[] => [
  ...setting.env.map((name) => ({ key, name })),
  ...(setting.secret ? setting.env.map((name) => ({ key, name: `${name}_FILE`, inFile: true as const })) : []),
]

const yamlNamesOf = ([key, setting]: readonly [SettingKey, Setting]): readonly Name[] =>
  setting.notInYaml ? [] : [{ key, name: key }, ...(setting.yaml ?? []).map((path) => legacy(key, path))]

export const envNames: ReadonlyMap<string, Name> = new Map(
  allSettings.flatMap(envNamesOf).map((entry) => [entry.name, entry]),
)

export const yamlNames: ReadonlyMap<string, Name> = new Map(
  allSettings.flatMap(yamlNamesOf).map((entry) => [entry.name, entry]),
)

const groups = new Set([...yamlNames.keys()].filter((path) => path.includes('.')).map((path) => path.split('.')[0]))

/** The form of hearth.yaml. */
export const yamlShape = {
  at: (path: string) => (yamlNames.has(path) ? 'setting' : groups.has(path) ? 'group' : 'nothing'),
  unknown: (path: string) => {
    const meant = nearest(path, [...yamlNames.keys(), ...(groups as Set<string>)])
    return `There is no setting ${path}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`
  },
} as const

/** The setting that goes by a dotted key, a name in the environment, a legacy path or a flag. */
export function findKey(name: string): SettingKey | undefined {
  const known = allSettings.find(([key, setting]) => key === name || setting.flag === name)?.[0]
  return known ?? envNames.get(name)?.key ?? yamlNames.get(name)?.key ?? envNames.get(name.toUpperCase())?.key
}

/** What was probably meant by a name that no setting has. */
export const nearestName = (name: string): string | undefined =>
  nearest(name, [...yamlNames.keys(), ...allSettings.map(([key]) => key), ...envNames.keys()])
