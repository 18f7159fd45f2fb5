import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { databases } from '../support/database.ts'

type Item = { messageId: string; conversationId: string; role: string; snippet: { text: string; match: boolean }[] }

describe.each(databases)('search and quoted answers on %s', (database) => {
  let server: TestApp

  beforeAll(async () => {
    server = await startApp({ database, unconfigured: true })
  })
  afterAll(() => server.stop())

  const newConversation = async (): Promise<string> => (await server.call('POST', '/api/v2/conversations', {})).body.id
  const say = (conversationId: string, text: string) =>
    server.call('POST', `/api/v2/conversations/${conversationId}/turns`, { text })
  const search = (query: Record<string, string>) => server.call('GET', `/api/v2/search?${new URLSearchParams(query)}`)
  const marked = (item: Item) => item.snippet.filter(({ match }) => match).map(({ text }) => text)

  it('complaint 4: finds a message in any conversation, with a snippet and the place to jump to', async () => {
    const conversationId = await newConversation()
    const { body: said } = await say(conversationId, 'Vi målade båthuset grönt i våras')
    const { status, body } = await search({ q: 'båthus' })
    expect(status).toBe(200)
    const [item] = body.items
    expect(item).toMatchObject({
      messageId: said.userMessage.id,
      conversationId,
      role: 'user',
      source: 'web-chat',
      channel: 'chat',
    })
    expect(item.at).toBe(said.userMessage.createdAt)
    expect(marked(item)).toEqual(['båthuset'])
    expect(body.nextCursor).toBeNull()
    const around = await server.call('GET', `/api/v2/conversations/${conversationId}/messages?around=${item.messageId}`)
    expect(around.body.items.map(({ id }: { id: string }) => id)).toContain(item.messageId)
  })

  it('complaint 27: finds an exact part number', async () => {
    const conversationId = await newConversation()
    await say(conversationId, 'The pump is a QX-7731/b')
    await say(conversationId, 'The fan is a QX-7732/b')
    const { body } = await search({ q: 'qx-7732/b', limit: '1' })
    expect(marked(body.items[0])).toEqual(['QX-7732/b'])
  })

  it('pages through all that matches', async () => {
    const conversationId = await newConversation()
    for (const number of ['one', 'two', 'three']) await say(conversationId, `walrus ${number}`)
    const seen = new Set<string>()
    let cursor: string | null = null
    do {
      const { body }: { body: { items: Item[]; nextCursor: string | null } } = await search({
        q: 'walrus',
        limit: '2',
        ...(cursor !== null && { cursor }),
      })
      for (const { messageId, role } of body.items) if (role === 'user') seen.add(messageId)
      cursor = body.nextCursor
    } while (cursor !== null)
    expect(seen.size).toBe(3)
  })

  it('forgets what was deleted', async () => {
    const conversationId = await newConversation()
    await say(conversationId, 'the xylophone is hidden in the attic')
    await server.call('DELETE', `/api/v2/conversations/${conversationId}`)
    expect((await search({ q: 'xylophone' })).body.items).toEqual([])
  })

  it.each([
    [{ q: '' }, 'q'],
    [{ q: '   ' }, 'q'],
    [{}, 'q'],
    [{ q: 'x'.repeat(1001) }, 'q'],
    [{ q: 'x', limit: '0' }, 'limit'],
    [{ q: 'x', limit: '101' }, 'limit'],
    [{ q: 'x', limit: 'many' }, 'limit'],
    [{ q: 'x', in: 'everything' }, 'in'],
    [{ q: 'x', cursor: 'made up' }, 'cursor'],
  ])('refuses %j and names the field', async (query, field) => {
    const { status, body } = await search(query as Record<string, string>)
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ field: expect.stringContaining(field) }] })
  })

  it('without a model answers from what the owner wrote, cited to the letter', async () => {
    await say(await newConversation(), 'Nice day. The spare key lies under the blue flowerpot.')
    const { body } = await say(await newConversation(), 'Where is the spare key?')
    expect(body.message.quality).toBe('extractive')
    expect(body.message.text).toContain('From what you have written')
    const [citation] = body.message.citations
    expect(citation.text).toBe('The spare key lies under the blue flowerpot.')
    const source = await server.call('GET', `/api/v2/messages/${citation.messageId}`)
    expect(source.body.text.slice(citation.start, citation.end)).toBe(citation.text)
  })

  it('without a model quotes no question, not even one asked before, and says when nothing is known', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { body } = await say(await newConversation(), 'Vad heter grannens papegoja?')
      expect(body.message.citations).toEqual([])
      expect(body.message.text).toContain('hittade ingenting')
    }
  })
})
