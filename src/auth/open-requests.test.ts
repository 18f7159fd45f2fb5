import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createOpenRequests } from './open-requests.ts'

const server = createServer()
afterEach(() => void server.close())

it('holds nothing of a login whose requests are over, whether answered, cut or refused', async () => {
  const requests = createOpenRequests()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const open = async () => {
    const arrived = new Promise<ServerResponse>((resolve) => void server.once('request', (_, reply) => resolve(reply)))
    get({ port, host: '127.0.0.1', agent: false }, (answer) => answer.resume()).on('error', () => undefined)
    const outgoing = await arrived
    return { outgoing, closed: new Promise((resolve) => outgoing.once('close', resolve)) }
  }
  const [answered, cut, refused] = [await open(), await open(), await open()]
  requests.enter('answered', answered.outgoing)
  requests.enter('answered', answered.outgoing)
  requests.enter('cut', cut.outgoing)
  requests.enter('refused', refused.outgoing)
  expect(requests.countLogins()).toBe(3)
  answered.outgoing.end('ok')
  requests.end('cut')
  requests.end('unknown')
  requests.leave('refused', refused.outgoing)
  refused.outgoing.end()
  await Promise.all([answered.closed, cut.closed, refused.closed])
  expect(requests.countLogins()).toBe(0)
  requests.enter('too late', cut.outgoing)
  expect(requests.countLogins()).toBe(0)
})
