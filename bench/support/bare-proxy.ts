// The least a gateway can do with node:http: hand the request on and the reply back, byte by byte. Argument: the address.
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

const target = new URL(process.argv[2] ?? '')
const agent = new Agent({ keepAlive: true, maxSockets: 1024 })

const server = createServer((incoming, outgoing) => {
  const { host: _, connection: __, ...headers } = incoming.headers
  const options = {
    agent,
    host: target.hostname,
    port: target.port,
    path: incoming.url,
    method: incoming.method,
    headers,
  }
  const onward = request(options, (reply) => {
    const { connection: ___, 'keep-alive': ____, ...replyHeaders } = reply.headers
    outgoing.writeHead(reply.statusCode ?? 502, replyHeaders)
    reply.on('data', (chunk) => outgoing.write(chunk))
    reply.on('end', () => outgoing.end())
  })
  onward.on('error', () => outgoing.destroy())
  incoming.on('data', (chunk) => onward.write(chunk))
  incoming.on('end', () => onward.end())
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())
