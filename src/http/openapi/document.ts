import { z } from 'zod'
import { isOpen, problems } from '../../core/index.ts'
import type { Route } from '../route.ts'
import { createSchemas, type JsonSchema, type Schemas } from './schemas.ts'

type Operation = Readonly<Record<string, unknown>>

/** An OpenAPI 3.1 document. @see https://spec.openapis.org/oas/v3.1.1.html */
export type OpenApiDocument = {
  readonly openapi: '3.1.1'
  readonly info: Readonly<Record<string, unknown>>
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly responses: Readonly<Record<string, unknown>>
    readonly securitySchemes: Readonly<Record<string, unknown>>
  }
}

type About = { readonly version: string; readonly basePath?: string; readonly cookieName: string }

/** The failure every native route may answer with; the codes are those of the one registry. */
const problemSchema = z
  .object({
    type: z.string().describe('`/problems/` and the code'),
    code: z.enum(Object.keys(problems) as [keyof typeof problems]),
    status: z.int(),
    title: z.string(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    requestId: z.string().optional(),
    retryable: z.boolean().describe('Whether the same request may succeed later.'),
    retryAfterMs: z.int().optional(),
    errors: z
      .array(z.object({ field: z.string().describe('Dotted path into body, query or path.'), message: z.string() }))
      .optional(),
  })
  .meta({ id: 'Problem', description: 'A failure, as RFC 9457 words it.' })

const isZod = (value: unknown): value is z.ZodType => value instanceof z.ZodType

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

function operationIdOf({ method, path, operationId }: Route): string {
  const words = path.replaceAll(/\{(\w+)\}/g, 'by-$1').split(/[^A-Za-z0-9]+/)
  return (
    operationId ??
    method +
      words
        .filter((word) => word !== '')
        .map(capital)
        .join('')
  )
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query', schemas: Schemas): readonly JsonSchema[] {
  if (!schema) return []
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const fields = schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {}
  return Object.entries(fields).map(([name, field]) => {
    const { description, ...rest } = schemas.refer(field, 'input')
    const required = place === 'path' || (shape.required?.includes(name) ?? false)
    return { name, in: place, required, ...(description !== undefined && { description }), schema: rest }
  })
}

const jsonOf = (schema: JsonSchema) => ({ 'application/json': { schema } })

function contentOf(route: Route, reply: Route['replies'][number], schemas: Schemas): Record<string, unknown> {
  if (reply === 'none') return {}
  if (reply !== 'stream') return { content: jsonOf(schemas.refer(reply, 'output')) }
  const schema = route.events ? schemas.refer(route.events, 'output') : { type: 'string' }
  return { content: { 'text/event-stream': { schema } } }
}

const reasons: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Created',
  202: 'Accepted',
  204: 'Done, nothing to say',
}

/** Where a route answers plainly or as a stream, both are content of one status. */
function successes(route: Route, schemas: Schemas): Record<string, unknown> {
  const entries = Object.entries(route.replies).map(([status, reply]) => {
    const own = contentOf(route, reply, schemas) as { content?: object }
    const stream = route.events && reply !== 'stream' && status === '200' ? contentOf(route, 'stream', schemas) : {}
    const content = { ...own.content, ...(stream as { content?: object }).content }
    const description = reasons[Number(status)] ?? 'Answered'
    return [status, { description, ...(Object.keys(content).length > 0 && { content }) }]
  })
  return Object.fromEntries(entries)
}

const failureDescriptions = {
  NotAuthenticated: 'Nobody is signed in',
  NotAllowed: 'Who is signed in may not do this',
  InvalidRequest: 'The path, the query or the body is wrong; `errors` names the fields',
  Problem: 'Any other failure; `code` says which',
}

const failure = (name: keyof typeof failureDescriptions) => ({ $ref: `#/components/responses/${name}` })

function failures(route: Route): Record<string, unknown> {
  if (route.renderProblem) return { default: { description: 'A failure, in the words of this dialect' } }
  const needsNothing = isOpen(route.access)
  const takesInput = route.body ?? route.query ?? route.params
  const guarded = { 401: failure('NotAuthenticated'), 403: failure('NotAllowed') }
  return {
    ...(!needsNothing && guarded),
    ...(takesInput && { 422: failure('InvalidRequest') }),
    default: failure('Problem'),
  }
}

function operation(route: Route, schemas: Schemas): Operation {
  const parameters = [...parametersOf(route.params, 'path', schemas), ...parametersOf(route.query, 'query', schemas)]
  const needsNothing = isOpen(route.access)
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    tags: [route.tag],
    'x-hearth-access': route.access,
    ...(needsNothing && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: jsonOf(schemas.refer(route.body, 'input')) } }),
    responses: { ...successes(route, schemas), ...failures(route) },
  }
}

const present = (schemas: readonly (z.ZodType | undefined)[]): readonly z.ZodType[] => schemas.filter(isZod)

/** Describes routes from the schemas they are validated by; hidden ones are left out. */
export function openApiDocument(routes: readonly Route[], { version, basePath, cookieName }: About): OpenApiDocument {
  const shown = routes.filter((route) => !route.hidden)
  const sent = present(shown.flatMap(({ body, query, params }) => [body, query, params]))
  const returned = shown.flatMap(({ replies, events }) => [
    ...Object.values(replies).filter(isZod),
    ...present([events]),
  ])
  const schemas = createSchemas(sent, [...returned, problemSchema])
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of shown) {
    paths[route.path] ??= {}
    Object.assign(paths[route.path] as object, { [route.method]: operation(route, schemas) })
  }
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  return {
    openapi: '3.1.1',
    info: { title: 'Hearth', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: basePath || '/' }],
    tags: [...new Set(shown.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components,
      responses: Object.fromEntries(
        Object.entries(failureDescriptions).map(([name, description]) => [name, { description, content: problem }]),
      ),
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: cookieName },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
    security: [{ cookie: [] }, { bearer: [] }],
  }
}
