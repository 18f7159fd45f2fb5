import { ProblemError } from '../core/index.ts'
import { type Client, createClient } from './client.ts'
import { readEvents } from './sse.ts'
import type { Prompt } from './prompt.ts'

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
    const told = JSON.parse(data) as { text?: string; problem?: { title: string; detail?: string }; status?: string }
    if (event === 'text-delta') deps.write(told.text ?? '')
    if (event === 'problem') deps.writeError(`\n${told.problem?.title}. ${told.problem?.detail ?? ''}\n`)
    if (event === 'turn-end') {
      deps.write('\n')
      return told.status === 'complete' ? 0 : 1
    }
  }
  deps.writeError('\nThe server closed the connection before the answer ended.\n')
  return 1
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
