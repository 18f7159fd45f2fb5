import { request } from 'undici'
import { createAuth, setupSchema } from '../auth/index.ts'
import type { Config } from '../config/index.ts'
import { ProblemError, silentLog, systemClock } from '../core/index.ts'
import { findServer, lockFolder, openDatabase } from '../storage/index.ts'
import { createClient } from './client.ts'

const identifyTimeoutMs = 5_000

type AdminInput = { readonly name: string; readonly password: string }

/**
 * Makes the owner's name and password, or one more administrator where there is an owner: in the data folder itself, or
 * through the server that has it open.
 * @returns a sentence that says what was done
 * @throws ProblemError `database-in-use` when who has the folder open is not to be reached; `conflict` when the name is
 *   taken, or that server has an owner
 */
export async function createAdmin(input: AdminInput, config: Config, databaseUrl: string): Promise<string> {
  const checked = setupSchema.safeParse(input)
  if (!checked.success) {
    const errors = checked.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
    throw new ProblemError('invalid-request', {
      detail: errors.map(({ field, message }) => `${field} ${message}`).join('; '),
      errors,
    })
  }
  const { name, password } = checked.data
  try {
    return await inFolder({ name, password }, config, databaseUrl)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'database-in-use') throw error
    return throughServer({ name, password }, { folder: config.data.folder, inUse: error })
  }
}

async function inFolder(input: AdminInput, config: Config, url: string): Promise<string> {
  const lock = lockFolder(config.data.folder)
  try {
    const db = await openDatabase({ url, folder: config.data.folder, log: silentLog })
    try {
      const options = { title: config.page.title, bindsLoopback: true, allowLocalOwner: true }
      const auth = await createAuth({ db, clock: systemClock }, options)
      const made = await auth.createAdmin(input).catch((error) => nameTaken(error, input.name))
      return made === 'owner' ? `${input.name} is the owner now.` : `${input.name} is an administrator now.`
    } finally {
      await db.close()
    }
  } finally {
    lock.release()
  }
}

function nameTaken(cause: unknown, name: string): never {
  if (!(cause instanceof ProblemError) || cause.code !== 'conflict') throw cause
  throw new ProblemError('conflict', { detail: `The name ${name} is taken. Choose another.`, cause })
}

type InUse = { readonly folder: string; readonly inUse: ProblemError }

async function throughServer(input: AdminInput, { folder, inUse }: InUse): Promise<string> {
  const server = findServer(folder)
  if (server === undefined) throw inUse
  const url = reachable(server.url)
  // Whatever answers there sees the password: it has to be the very server that has the folder open.
  if ((await instanceAt(url)) !== server.instance) throw inUse
  const client = createClient(url)
  const { hasPassword } = await client.json<{ hasPassword: boolean }>({ method: 'GET', path: '/api/v2/auth/status' })
  if (hasPassword) {
    const detail =
      'The server that runs on this data folder has an owner already. ' +
      'An administrator can only be added while it is stopped: stop it, and run this command again.'
    throw new ProblemError('conflict', { detail })
  }
  const { body } = await client.send({ path: '/api/v2/auth/setup', body: input })
  await body.dump()
  return `${input.name} is the owner now.`
}

/** Where to reach a server on this machine that listens on every address. */
const reachable = (url: string): string =>
  url.replace(/^http:\/\/0\.0\.0\.0(?=[:/])/, 'http://127.0.0.1').replace(/^http:\/\/\[::\](?=[:/])/, 'http://[::1]')

/** Which start of a server answers there; undefined where none does. */
async function instanceAt(url: string): Promise<string | undefined> {
  try {
    const { body } = await request(`${url}/livez`, { signal: AbortSignal.timeout(identifyTimeoutMs) })
    return ((await body.json()) as { instance?: string }).instance
  } catch {
    return undefined
  }
}
