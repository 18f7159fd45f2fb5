import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml'

/** A value of hearth.yaml as text, at its dotted path; a list comes as its items. Empty values are left out. */
export type YamlValue = {
  readonly path: string
  readonly text: string | readonly string[]
  readonly line: number
  readonly column: number
}

export type YamlFault = {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly message: string
}

type Lookup = (name: string) => string | undefined

/** Replaces `${NAME}` and `${NAME:-otherwise}`; `$${` stands for `${`. Names that are not set go to `missing`. */
export function interpolate(text: string, lookup: Lookup, missing: (name: string) => void): string {
  return text.replace(/\$\$\{|\$\{(\w+)(?::-([^}]*))?\}/g, (whole, name: string | undefined, otherwise?: string) => {
    if (name === undefined) return '${'
    const value = lookup(name) || otherwise
    if (value === undefined) missing(name)
    return value ?? whole
  })
}

/** What may stand at a dotted path: a value, further names, or nothing; `unknown` words the complaint about the last. */
export type YamlShape = {
  readonly at: (path: string) => 'setting' | 'group' | 'nothing'
  readonly unknown: (path: string) => string
}

type Leaf = { readonly path: string; readonly node: Node | null; readonly offset: number }

// An alias to nothing stays what it is, so that it can be complained about.
const follow = (document: Document, value: unknown): Node | null => {
  const actual = isAlias(value) ? (value.resolve(document) ?? value) : value
  return isNode(actual) ? actual : null
}

const childrenOf = (document: Document, { path, node }: Leaf): readonly Leaf[] =>
  isMap(node)
    ? node.items
        .filter(({ key }) => isScalar(key))
        .map(({ key, value }) => ({
          path: path === '' ? String(key) : `${path}.${key}`,
          node: follow(document, value),
          offset: (key as Scalar).range?.[0] ?? 0,
        }))
    : []

/** Every name that is no group, and every group that holds none, in the order of the file. */
const leavesOf = (document: Document, shape: YamlShape, parent: Leaf): readonly Leaf[] =>
  isMap(parent.node)
    ? childrenOf(document, parent).flatMap((child) =>
        shape.at(child.path) === 'group' ? leavesOf(document, shape, child) : [child],
      )
    : [parent]

const isEmpty = (node: Node | null) => node === null || (isScalar(node) && node.value === null)

// The source keeps what a number would lose: a model called 1.10 is not 1.1.
const written = ({ value, source }: Scalar) =>
  value === null ? '' : typeof value === 'string' ? value : (source ?? String(value))

/** Reads the settings of a hearth.yaml. What cannot be a setting becomes a fault with its place. */
export function readYaml(source: string, shape: YamlShape, lookup: Lookup) {
  const counter = new LineCounter()
  const document = parseDocument(source, { lineCounter: counter, prettyErrors: false, stringKeys: true })
  const values: YamlValue[] = []
  const faults: YamlFault[] = []
  const at = (offset: number) => {
    const { line, col } = counter.linePos(offset)
    return { line, column: col }
  }
  const blame = ({ path, offset }: Omit<Leaf, 'node'>, message: string) => {
    faults.push({ path, ...at(offset), message })
  }
  const textOf = (leaf: Leaf, node: unknown): string => {
    if (isScalar(node)) {
      return interpolate(written(node), lookup, (name) =>
        blame(leaf, `\${${name}} is not set. Set ${name}, or write \${${name}:-otherwise}.`),
      )
    }
    blame(leaf, 'Expected a plain value here.')
    return ''
  }
  const readLeaf = (leaf: Leaf) => {
    const { path, node, offset } = leaf
    const what = shape.at(path)
    if (what === 'nothing' && path !== '') return blame(leaf, shape.unknown(path))
    if (isEmpty(node)) return undefined
    if (what !== 'setting') return blame(leaf, 'Expected names of settings under this one, each on a line of its own.')
    const text = isSeq(node) ? node.items.map((item) => textOf(leaf, follow(document, item))) : textOf(leaf, node)
    if (text !== '') values.push({ path, text, ...at(node?.range?.[0] ?? offset) })
    return undefined
  }

  for (const error of document.errors) blame({ path: '', offset: error.pos[0] }, `${error.message}.`)
  if (faults.length === 0) {
    for (const leaf of leavesOf(document, shape, { path: '', node: document.contents, offset: 0 })) readLeaf(leaf)
  }
  return { values, faults }
}
