// One server of the comparison in a process of its own: `bare` or `hearth`. Tells its CPU time when asked.
import { createServer as createBareServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { type Scope, silentLog, systemClock } from '../src/core/index.ts'
import { createServer, defineRoute } from '../src/http/index.ts'

const answer = (text: string) => ({ id: '01a1fcfa-29b4-7000-8c97-97f6edb61f20', text, at: '2026-01-01T00:00:00.000Z' })

async function listenBare(): Promise<number> {
  const server = createBareServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = JSON.stringify(answer(JSON.parse(Buffer.concat(chunks).toString()).text))
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      outgoing.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function listenHearth(): Promise<number> {
  const route = defineRoute({
    method: 'post',
    path: '/api/v2/conversations/{conversationId}/turns',
    access: 'conversations:write',
    summary: 'Answers at once',
    tag: 'bench',
    params: z.object({ conversationId: z.uuid() }),
    body: z.object({ text: z.string().min(1).max(200_000), stream: z.boolean().default(false) }),
    replies: { 200: z.object({ text: z.string() }) },
    handler: async ({ body }) => answer(body.text),
  })
  const server = createServer(
    {
      routes: [route],
      admit: async ({ headers, requestId, signal }) =>
        headers.get('authorization') === 'Bearer bench'
          ? ({ userId: 'u', brainId: 'b', role: 'owner', requestId, signal } as unknown as Scope)
          : undefined,
      log: silentLog,
      clock: systemClock,
      version: '0',
    },
    { host: '127.0.0.1', port: 0 },
  )
  return (await server.listen()).port
}

const port = await (process.argv[2] === 'bare' ? listenBare() : listenHearth())
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMicros: user + system, rssBytes: process.memoryUsage().rss })
})
process.on('disconnect', () => process.exit())
process.send?.({ port })
