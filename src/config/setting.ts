import type { Kind } from './kind.ts'

/** What is written down once about a setting. Everything else (types, errors, documentation) follows from it. */
export type Setting = {
  readonly kind: Kind
  /** Names in the environment and in `.env`: ours first, then those other systems use for the same thing. */
  readonly env: readonly [string, ...string[]]
  /** Paths in hearth.yaml that other systems use for the same thing; `[path, read]` translates the value. */
  readonly yaml?: readonly LegacyPath[]
  readonly flag?: string
  /** As one would write it. */
  readonly default?: string
  readonly unit?: string
  readonly about: string
  /** Never shown, and may be given as the path of a file by the name with `_FILE` at its end. */
  readonly secret?: true
  /** Cannot be set in hearth.yaml, because it decides which file that is. */
  readonly notInYaml?: true
}

/** `read` returns undefined when the legacy value says nothing about our setting. */
export type LegacyPath = string | readonly [path: string, read: (text: string) => string | undefined]

type Table = Readonly<Record<string, Setting>>
type ValueOf<S extends Setting> =
  S['kind'] extends Kind<infer T> ? (S extends { default: string } ? T : T | undefined) : never
type GroupOf<Key> = Key extends `${infer Group}.${string}` ? Group : never

/** The values of a table of settings, grouped by the first word of their keys. */
export type Values<T extends Table> = {
  readonly [Group in GroupOf<keyof T>]: {
    readonly [Key in keyof T as Key extends `${Group}.${infer Leaf}` ? Leaf : never]: ValueOf<T[Key]>
  }
}
