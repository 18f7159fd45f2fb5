import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineRoute, openApiDocument } from '../../src/http/index.ts'
import { serve } from './http-fixture.ts'

const usage = z.object({ tokens: z.int() }).meta({ id: 'TestUsage' })
const thing = z.object({ id: z.string(), usage, note: z.string().default('') }).meta({ id: 'TestThing' })
const event = z.object({ type: z.literal('text-delta'), text: z.string() }).meta({ id: 'TestEvent' })

const routes = [
  defineRoute({
    method: 'get',
    path: '/api/v2/things/{thingId}',
    access: 'conversations:read',
    summary: 'One thing',
    tag: 'things',
    params: z.object({ thingId: z.uuid() }),
    query: z.object({ limit: z.coerce.number().int().default(5).describe('How many.'), after: z.string() }),
    replies: { 200: thing },
    handler: async () => ({}),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v2/things',
    access: 'conversations:write',
    summary: 'A new thing',
    tag: 'things',
    body: thing,
    events: event,
    replies: { 200: thing, 202: z.object({ id: z.string() }), 204: 'none' },
    handler: async () => ({}),
  }),
  defineRoute({
    method: 'get',
    path: '/livez',
    access: 'public',
    summary: 'Alive',
    tag: 'health',
    replies: { 200: z.object({ ok: z.boolean() }) },
    handler: async () => ({ ok: true }),
  }),
  defineRoute({
    method: 'get',
    path: '/hidden',
    access: 'public',
    summary: 'A page',
    tag: 'page',
    hidden: true,
    replies: { 200: 'none' },
    handler: async () => ({}),
  }),
]

type Node = Record<string, unknown>

/** Every `$ref` in a document, wherever it is. */
function refsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) => (key === '$ref' ? [String(value)] : refsIn(value)))
}

const resolve = (document: unknown, ref: string) =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((node, part) => (node as Node | undefined)?.[part], document)

type Placed = { readonly path: string; readonly place: string; readonly operation: Node }

function operationFaults({ path, place, operation }: Placed): string[] {
  const inPath = ((operation.parameters ?? []) as Node[]).filter((each) => each.in === 'path')
  const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
  const statuses = Object.keys(operation.responses as Node)
  const rules: Record<string, boolean> = {
    operationId: /^[A-Za-z]\w*$/.test(operation.operationId as string),
    access: typeof operation['x-hearth-access'] === 'string',
    'required path parameters': inPath.every((each) => each.required === true),
    'a parameter for each part of the path': String(inPath.map((each) => each.name)) === String(named),
    replies: statuses.length > 0 && statuses.every((status) => /^(\d{3}|default)$/.test(status)),
  }
  return Object.keys(rules).flatMap((rule) => (rules[rule] ? [] : [`${place}: ${rule}`]))
}

/** What OpenAPI 3.1 asks of a document, as far as ours can fail at it. */
function faults(document: Node): string[] {
  const operations = Object.entries(document.paths as Record<string, Record<string, Node>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, place: `${method} ${path}`, operation })),
  )
  const ids = operations.map(({ operation }) => operation.operationId)
  const lost = refsIn(document).filter((ref) => resolve(document, ref) === undefined)
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at)
  return [...lost, ...twice.map(String), ...operations.flatMap(operationFaults)]
}

describe('the OpenAPI document', () => {
  const document = openApiDocument(routes, { version: '1.2.3', cookieName: 'c' }) as unknown as Node & {
    paths: Record<string, Record<string, Node>>
    components: { schemas: Record<string, Node>; securitySchemes: Node }
  }

  it('AURO-21: is served as it is and has no faults that the check can see', async () => {
    const { call, server } = await serve({ routes })
    const served = (await (await call('/openapi.json')).json()) as Node
    expect(served).toEqual(JSON.parse(JSON.stringify(server.document)))
    expect(faults(served)).toEqual([])
    expect(served).toMatchObject({ openapi: '3.1.1', info: { title: 'Hearth', version: '0.0.0' } })
  })

  it('the check sees faults', () => {
    const broken = structuredClone(document)
    const operation = broken.paths['/livez']?.get as Node
    operation.operationId = 'postApiV2Things'
    delete operation['x-hearth-access']
    operation.extra = { $ref: '#/components/schemas/Nowhere' }
    expect(faults(broken)).toHaveLength(3)
  })

  it('says of every route who may call it', () => {
    const access = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map((each) => each['x-hearth-access']),
    )
    expect(access).toEqual(['conversations:read', 'conversations:write', 'public'])
    expect(document.paths['/livez']?.get?.security).toEqual([])
    expect(document.paths['/api/v2/things']?.post?.security).toBeUndefined()
    expect(document.components.securitySchemes).toMatchObject({
      cookie: { in: 'cookie', name: 'c' },
      bearer: { scheme: 'bearer' },
    })
    expect(document.paths['/hidden']).toBeUndefined()
  })

  it('tells what is sent from what is returned under one name', () => {
    const { TestThing, TestThingInput, TestUsage } = document.components.schemas
    expect(TestThing?.required).toEqual(['id', 'usage', 'note'])
    expect(TestThingInput?.required).toEqual(['id', 'usage'])
    expect(TestThingInput).toMatchObject({ properties: { usage: { $ref: '#/components/schemas/TestUsage' } } })
    expect(TestUsage?.required).toEqual(['tokens'])
    expect(document.components.schemas.TestUsageInput).toBeUndefined()
  })

  it('describes parameters, bodies, streams and problems', () => {
    const { get } = document.paths['/api/v2/things/{thingId}'] as { get: Node }
    expect(get.parameters).toMatchObject([
      { name: 'thingId', in: 'path', required: true, schema: { format: 'uuid' } },
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'How many.',
        schema: { type: 'integer', default: 5 },
      },
      { name: 'after', in: 'query', required: true },
    ])
    const { post } = document.paths['/api/v2/things'] as { post: Node }
    const ref = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } })
    expect(post).toMatchObject({
      requestBody: { required: true, content: { 'application/json': ref('TestThingInput') } },
      responses: {
        200: { content: { 'application/json': ref('TestThing'), 'text/event-stream': ref('TestEvent') } },
        204: { description: 'Done, nothing to say' },
        401: { $ref: '#/components/responses/NotAuthenticated' },
        422: { $ref: '#/components/responses/InvalidRequest' },
        default: { $ref: '#/components/responses/Problem' },
      },
    })
    expect(document.components.schemas.Problem).toMatchObject({
      required: ['type', 'code', 'status', 'title', 'retryable'],
    })
  })
})
