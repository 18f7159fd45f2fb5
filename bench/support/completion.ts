const system = 'You are the assistant of a family. You answer shortly, and you say what you do not know.'
const said =
  'On Mondays the train to Uppsala leaves at twelve minutes past seven, from the platform nearest to the river. '

/** A chat completion of about 1 KB, as clients send it: a prompt, a little history, a question. */
export function completionOf(model: string, { stream }: { readonly stream: boolean }) {
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: 'How do I get to work on Monday?' },
    { role: 'assistant', content: said.repeat(4) },
    { role: 'user', content: `${said}${said}And what if it rains, and I want to be there before the others?` },
  ]
  return {
    method: 'POST' as const,
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
    body: JSON.stringify({ model, messages, stream, temperature: 0.7 }),
  }
}
