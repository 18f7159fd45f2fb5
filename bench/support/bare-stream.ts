// The least a server of streams can do with node:http: write each event to each reader. `/?count=500&intervalMs=20`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams
  const count = Number(query.get('count'))
  const intervalMs = Number(query.get('intervalMs'))
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.flushHeaders()
  if (count === 0) return
  const startedAtMs = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.min(count, 1 + Math.floor((performance.now() - startedAtMs) / intervalMs))
    for (; sent < due; sent += 1) {
      response.write(
        `id: ${sent + 1}\nevent: text-delta\ndata: ${JSON.stringify({ type: 'text-delta', text: ' said' })}\n\n`,
      )
    }
    if (sent < count) return
    clearInterval(timer)
    response.end(`id: ${count + 1}\nevent: turn-end\ndata: {}\n\n`)
  }, intervalMs)
  response.on('close', () => clearInterval(timer))
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())
