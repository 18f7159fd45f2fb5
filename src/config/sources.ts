import { dirname, join, resolve } from 'node:path'
import type { FieldError } from '../core/index.ts'
import { readDotenv } from './dotenv.ts'
import { envNames, type Name, yamlNames, yamlShape } from './names.ts'
import { allSettings, type SettingKey, settings } from './settings.ts'
import { readYaml } from './yaml.ts'

/** Where values come from, the strongest first. */
export const layers = ['flag', 'environment', 'dotenv', 'yaml', 'default'] as const

export type Layer = (typeof layers)[number]

/** One value somebody has written down for a setting. */
export type Given = {
  readonly key: SettingKey
  readonly layer: Layer
  /** The name it was given by: `PORT`, `server.port`, `--port`. */
  readonly name: string
  /** Where to look for it: `environment`, `.env line 3`, `hearth.yaml:2:9`. */
  readonly place: string
  readonly text: string | readonly string[]
  /** What a relative path in it is relative to. */
  readonly folder: string
  /** Its text could not be had; the reason. */
  readonly fault?: string
}

/** The world as configuration sees it. `flags` are keyed by dotted key; `readFile` gives undefined for what is absent. */
export type World = {
  readonly flags: Readonly<Partial<Record<SettingKey, string>>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly readFile: (path: string) => string | undefined
}

type Found = { readonly given: readonly Given[]; readonly faults: readonly FieldError[] }
type Place = Pick<Given, 'layer' | 'place' | 'folder'>

const take =
  (world: World, where: Place) =>
  (entry: Name | undefined, text = ''): readonly Given[] => {
    if (entry === undefined || text === '') return []
    const { key, name, inFile } = entry
    if (!inFile) return [{ key, name, text, ...where }]
    const path = resolve(where.folder, text)
    const content = world.readFile(path)
    const fault = `${name} names ${path}, which cannot be read.`
    if (content === undefined) return [{ key, name, text: path, ...where, fault }]
    return [{ key, name, text: content.replace(/\r?\n$/, ''), ...where }]
  }

const fromFlags = ({ flags, cwd }: World): readonly Given[] =>
  allSettings.flatMap(([key, { flag }]) => {
    const text = flags[key]
    return text === undefined
      ? []
      : [{ key, layer: 'flag', name: flag ?? key, place: 'command line', text, folder: cwd } as const]
  })

function fromEnvironment(world: World): readonly Given[] {
  const given = take(world, { layer: 'environment', place: 'environment', folder: world.cwd })
  return [...envNames.values()].flatMap((entry) => given(entry, world.env[entry.name]))
}

function fromDotenv(world: World): Found & { readonly values: ReadonlyMap<string, string> } {
  const { lines, faults } = readDotenv(world.readFile(join(world.cwd, '.env')) ?? '', (name) => envNames.has(name))
  return {
    values: new Map(lines.map(({ name, text }) => [name, text])),
    given: lines.flatMap(({ name, text, line }) =>
      take(world, { layer: 'dotenv', place: `.env line ${line}`, folder: world.cwd })(envNames.get(name), text),
    ),
    faults: faults.map(({ line, message }) => ({ field: '.env', message: `.env line ${line}: ${message}` })),
  }
}

/** The hearth.yaml to read: the one that is named, else the first there is. */
function findYaml(world: World, given: readonly Given[]): { path: string; source: string } | undefined {
  const textOf = (key: SettingKey) => given.find((value) => value.key === key)
  const named = textOf('data.configFile')
  const data = textOf('data.folder')
  const absolute = settings['data.folder'].kind.absolute ?? resolve
  const dataFolder = absolute(String(data?.text ?? settings['data.folder'].default), data?.folder ?? world.cwd)
  const candidates = named
    ? [absolute(String(named.text), named.folder)]
    : [join(world.cwd, 'hearth.yaml'), join(dataFolder, 'hearth.yaml')]
  for (const path of candidates) {
    const source = world.readFile(path)
    if (source !== undefined) return { path, source }
  }
  return undefined
}

function fromYaml(world: World, stronger: readonly Given[], dotenv: ReadonlyMap<string, string>): Found {
  const file = findYaml(world, stronger)
  if (file === undefined) return { given: [], faults: [] }
  const { values, faults } = readYaml(file.source, yamlShape, (name) => world.env[name] ?? dotenv.get(name))
  const shown = dirname(file.path) === world.cwd ? 'hearth.yaml' : file.path
  return {
    given: values.flatMap(({ path, text, line, column }): readonly Given[] => {
      const entry = yamlNames.get(path)
      const read = entry?.read && typeof text === 'string' ? entry.read(text) : text
      if (entry === undefined || read === undefined) return []
      const place = `${shown}:${line}:${column}`
      return [{ key: entry.key, layer: 'yaml', name: path, place, text: read, folder: dirname(file.path) }]
    }),
    faults: faults.map(({ path, line, column, message }) => ({
      field: path || 'hearth.yaml',
      message: `${shown}:${line}:${column}: ${message}`,
    })),
  }
}

/** Collects everything anybody has said about any setting, the strongest first. */
export function collect(world: World): Found {
  const dotenv = fromDotenv(world)
  const stronger = [...fromFlags(world), ...fromEnvironment(world), ...dotenv.given]
  const yaml = fromYaml(world, stronger, dotenv.values)
  return { given: [...stronger, ...yaml.given], faults: [...dotenv.faults, ...yaml.faults] }
}
