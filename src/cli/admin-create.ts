import { createAuth, setupSchema } from '../auth/index.ts'
import type { Config } from '../config/index.ts'
import { ProblemError, silentLog, systemClock } from '../core/index.ts'
import { lockFolder, openDatabase } from '../storage/index.ts'
import { createClient } from './client.ts'

type AdminInput = { readonly name: string; readonly password: string }

/**
 * Makes the owner's name and password, or one more administrator where there is an owner: in the data folder itself, or
 * through the server that has it open.
 * @returns a sentence that says what was done
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
    return throughServer({ name, password }, config)
  }
}

async function inFolder(input: AdminInput, config: Config, url: string): Promise<string> {
  const lock = lockFolder(config.data.folder)
  try {
    const db = await openDatabase({ url, folder: config.data.folder, log: silentLog })
    try {
      const options = { title: config.page.title, bindsLoopback: true, allowLocalOwner: true }
      const made = await (await createAuth({ db, clock: systemClock }, options)).createAdmin(input)
      return made === 'owner' ? `${input.name} is the owner now.` : `${input.name} is an administrator now.`
    } finally {
      await db.close()
    }
  } finally {
    lock.release()
  }
}

async function throughServer(input: AdminInput, { server }: Config): Promise<string> {
  const client = createClient(`http://127.0.0.1:${server.port}`)
  const { body } = await client.send({ path: '/api/v2/auth/setup', body: input })
  await body.dump()
  return `${input.name} is the owner now.`
}
