type Answer = { readonly message: { readonly status: string; readonly quality: string; readonly text: string } }

const headers = { 'content-type': 'application/json' }

async function read<T>(reply: Response): Promise<T> {
  if (!reply.ok) throw new Error(`${reply.url} answered ${reply.status}: ${await reply.text()}`)
  return (await reply.json()) as T
}

const post = (url: string, body: object, more: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) })

/** Asks in a conversation and waits for the whole answer. */
export const ask = async (url: string, conversationId: string, body: object): Promise<Answer> =>
  read(await post(`${url}/api/v2/conversations/${conversationId}/turns`, body))

/** Asks in a conversation without waiting for the answer. @returns the id of the turn */
export async function begin(url: string, conversationId: string, body: object): Promise<string> {
  const address = `${url}/api/v2/conversations/${conversationId}/turns`
  const { turn } = await read<{ turn: { id: string } }>(await post(address, body, { prefer: 'respond-async' }))
  return turn.id
}

/** Begins a conversation. @returns its id */
export const createConversation = async (url: string): Promise<string> =>
  (await read<{ id: string }>(await post(`${url}/api/v2/conversations`, {}))).id

/** Waits until the server offers a model. */
export async function modelIsThere(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { defaultModel } = await read<{ defaultModel: string | null }>(await fetch(`${url}/api/v2/models`))
    if (defaultModel !== null) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('The server has found no model')
}
