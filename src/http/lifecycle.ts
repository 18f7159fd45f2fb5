import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '../core/index.ts'
import type { Exchange } from './exchange.ts'
import { findPortOwner } from './port-owner.ts'

/** How long a reply may take to end after its signal has aborted, before it is given up. */
const settleMs = 1_000

async function portInUse(port: number, cause: unknown): Promise<ProblemError> {
  const owner = (await findPortOwner(port)) ?? 'another process (to see which: lsof -i, or netstat -ano on Windows)'
  const detail = `${owner} already listens on port ${port}. Stop it, or choose another port: PORT=${port + 1}`
  return new ProblemError('port-in-use', { detail, cause })
}

type Place = { readonly host: string; readonly port: number }

/** Words what is wrong with the address, where that is why the server cannot listen. */
async function listenProblem(error: unknown, { host, port }: Place): Promise<unknown> {
  const refuse = (detail: string) => new ProblemError('invalid-configuration', { detail, cause: error })
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return portInUse(port, error)
    case 'EACCES':
    case 'EPERM':
      return refuse(`This user may not listen on port ${port}. Choose one from 1024 up, such as PORT=8080.`)
    case 'EADDRNOTAVAIL':
      return refuse(`${host} is not an address of this machine. Choose another: HOST=127.0.0.1, or 0.0.0.0 for all.`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return refuse(`No machine is known by the name ${host}. Choose another: HOST=127.0.0.1, or 0.0.0.0 for all.`)
    default:
      return error
  }
}

/** Starts listening. @throws ProblemError `port-in-use`, naming who holds it; `invalid-configuration` for the address */
export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen({ host, port }, resolve)
  try {
    await promise
  } catch (error) {
    throw await listenProblem(error, { host, port })
  } finally {
    server.off('error', reject)
  }
  return server.address() as AddressInfo
}

type Running = ReadonlyMap<Exchange, Promise<void>>

async function settled(running: Running, withinMs: number): Promise<void> {
  const timer = new AbortController()
  const late = sleep(withinMs, undefined, { signal: timer.signal }).catch(() => undefined)
  await Promise.race([late, Promise.allSettled(running.values())])
  timer.abort()
}

/** Lets running requests end within the grace time, then ends them: first their signals, then their sockets. */
export async function drain(server: Server, running: Running, graceMs: number): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  const reason = new ProblemError('shutting-down')
  for (const exchange of running.keys()) if (exchange.endless) exchange.abort.abort(reason)
  await settled(running, graceMs)
  for (const exchange of running.keys()) exchange.abort.abort(reason)
  await settled(running, settleMs)
  server.closeAllConnections()
  await closed
}
