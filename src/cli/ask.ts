import { ProblemError } from '../core/index.ts'
import { type Client, createClient } from './client.ts'
import type { Prompt } from './prompt.ts'
import { readEvents } from './sse.ts'

type AskInput = {
  readonly question: string
  readonly url: string
  readonly model: string | undefined
}

type AskDeps = {
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  readonly prompt: Prompt
}

/** Asks a running Hearth in a new conversation and writes the answer while it comes. @returns the exit code */
export async function ask({ question, url, model }: AskInput, deps: AskDeps): Promise<number> {
  const client = createClient(url)
  const path = `/api/v2/conversations/${await begin(client, deps.prompt)}/turns`
  const body = await client.stream({ path, body: { text: question, stream: true, ...(model && { model }) } })
  for await (const { event, data } of readEvents(body)) {
    const status = tell(event, JSON.parse(data) as Told, deps)
    if (status !== undefined) return status === 'complete' ? 0 : 1
  }
  deps.writeError('\nThe server closed the connection before the answer ended.\n')
  return 1
}

type Told = {
  readonly text?: string
  readonly problem?: { readonly title: string; readonly detail?: string }
  readonly status?: string
}

/** Writes what an event says; how the turn ended, once it has. */
function tell(event: string, told: Told, { write, writeError }: AskDeps): string | undefined {
  if (event === 'text-delta') write(told.text ?? '')
  if (event === 'problem') writeError(`\n${told.problem?.title}. ${told.problem?.detail ?? ''}\n`)
  if (event !== 'turn-end') return undefined
  write('\n')
  return told.status ?? 'failed'
}

async function begin(client: Client, prompt: Prompt): Promise<string> {
  const create = async () => (await client.json<{ id: string }>({ path: '/api/v2/conversations', body: {} })).id
  try {
    return await create()
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'not-authenticated') throw error
    await client.logIn({ name: await prompt('Name: '), password: await prompt('Password: ', { hidden: true }) })
    return create()
  }
}
