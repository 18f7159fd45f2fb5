import { z } from 'zod'

export type JsonSchema = { readonly [key: string]: unknown }
type Io = 'input' | 'output'
type Definitions = Readonly<Record<string, JsonSchema>>

const prefix = '#/components/schemas/'
const local = '#/$defs/'

/** A reply may gain fields in a later version, so only a schema that says it is strict refuses others. */
function openObjects({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes
  jsonSchema: Record<string, unknown>
}): void {
  if (zodSchema._zod.def.type === 'object' && zodSchema._zod.def.catchall === undefined)
    delete jsonSchema.additionalProperties
}

/** Draft 2020-12, as OpenAPI 3.1 takes it; named schemas are under `$defs`, the root too when it has a name. */
function convert(schema: z.ZodType, io: Io): { root: JsonSchema; definitions: Definitions } {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: openObjects, reused: 'inline' })
  const { $schema: _dialect, $defs = {}, id: _id, ...root } = json as Record<string, unknown>
  const definitions = Object.fromEntries(
    Object.entries($defs as Definitions).map(([name, { id: _name, ...rest }]) => [name, rest]),
  )
  return { root, definitions }
}

function mapRefs(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => mapRefs(each, rename))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => {
    const isRef = key === '$ref' && typeof member === 'string' && (member.startsWith(local) || member === '#')
    return [key, isRef ? `${prefix}${rename(member.slice(local.length))}` : mapRefs(member, rename)]
  })
  return Object.fromEntries(entries)
}

function refsIn(value: unknown): readonly string[] {
  const found: string[] = []
  mapRefs(value, (name) => {
    found.push(name)
    return name
  })
  return found
}

/** Names whose input form differs from their output form, by themselves or by what they refer to. */
function differing(inputs: Definitions, outputs: Definitions): ReadonlySet<string> {
  const names = Object.keys(inputs).filter((name) => outputs[name] !== undefined)
  const differ = new Set(names.filter((name) => JSON.stringify(inputs[name]) !== JSON.stringify(outputs[name])))
  for (let before = -1; before !== differ.size; ) {
    before = differ.size
    for (const name of names) if (refsIn(inputs[name]).some((ref) => differ.has(ref))) differ.add(name)
  }
  return differ
}

/**
 * Gathers the schemas of a document. A schema with an id becomes a component; where what is sent and what is returned
 * under one id differ, what is sent is called `…Input`.
 */
export function createSchemas(sent: readonly z.ZodType[], returned: readonly z.ZodType[]) {
  const gather = (schemas: readonly z.ZodType[], io: Io): Definitions =>
    Object.assign({}, ...schemas.map((schema) => convert(schema, io).definitions))
  const inputs = gather(sent, 'input')
  const outputs = gather(returned, 'output')
  const differ = differing(inputs, outputs)
  const rename: Record<Io, (name: string) => string> = {
    input: (name) => (differ.has(name) ? `${name}Input` : name),
    output: (name) => name,
  }
  const component = (io: Io) => (entry: [string, JsonSchema]) => [rename[io](entry[0]), mapRefs(entry[1], rename[io])]
  const components = Object.fromEntries([
    ...Object.entries(inputs).map(component('input')),
    ...Object.entries(outputs).map(component('output')),
  ]) as Record<string, JsonSchema>
  return {
    components: Object.fromEntries(Object.entries(components).toSorted(([left], [right]) => (left < right ? -1 : 1))),
    refer: (schema: z.ZodType, io: Io): JsonSchema => mapRefs(convert(schema, io).root, rename[io]) as JsonSchema,
  }
}

export type Schemas = ReturnType<typeof createSchemas>
