import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createScripted } from '../../src/providers/index.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { databases } from '../support/database.ts'
import { openStream } from '../support/sse.ts'

const scripted = createScripted({
  script: ({ messages }) => [{ type: 'text', text: `re: ${messages.at(-1)?.text}` }],
  sleep: async () => undefined,
})

describe.each(databases)('conversations on %s', (database) => {
  let server: TestApp

  beforeAll(async () => {
    server = await startApp({ scripted, database })
  })
  afterAll(() => server.stop())

  const create = async (body: object = {}) => (await server.call('POST', '/api/v2/conversations', body)).body
  const ask = async (id: string, text: string) =>
    (await server.call('POST', `/api/v2/conversations/${id}/turns`, { text })).body

  it('are created, read, changed and deleted', async () => {
    const made = await server.call('POST', '/api/v2/conversations', { title: 'Garden', systemPrompt: 'Be brief.' })
    expect(made.status).toBe(201)
    const path = `/api/v2/conversations/${made.body.id}`
    expect(made.headers.get('location')).toBe(path)
    expect((await server.call('GET', path)).body).toMatchObject({
      title: 'Garden',
      systemPrompt: 'Be brief.',
      kind: 'plain',
    })
    const changed = await server.call('PATCH', path, { title: 'Kitchen', systemPrompt: null })
    expect(changed.body).toMatchObject({ title: 'Kitchen', systemPrompt: null })
    expect((await server.call('DELETE', path)).status).toBe(204)
    expect((await server.call('GET', path)).status).toBe(404)
    expect((await server.call('DELETE', path)).status).toBe(404)
  })

  it('are named by their first message', async () => {
    const { id } = await create()
    await ask(id, '  What grows in\nthe shade?')
    expect((await server.call('GET', `/api/v2/conversations/${id}`)).body.title).toBe('What grows in')
  })

  it('complaint 3: are listed newest first, in pages without gaps or repeats', async () => {
    for (let count = 0; count < 7; count += 1) await create({ title: `page ${count}` })
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await server.call('GET', `/api/v2/conversations?limit=3${cursor}`)
      seen.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`
    } while (cursor !== '')
    expect(new Set(seen).size).toBe(seen.length)
    const all = (await server.call('GET', '/api/v2/conversations?limit=200')).body.items
    expect(seen).toEqual(all.map(({ id }: { id: string }) => id))
    for (const wrong of ['nonsense', `${'9'.repeat(80)}_a`, `1_a`, `9007199254740993_${seen[0]}`, `1_${seen[0]}_x`]) {
      expect((await server.call('GET', `/api/v2/conversations?cursor=${wrong}`)).status, wrong).toBe(422)
    }
  })

  it('have one effect for one idempotency key', async () => {
    const headers = { 'idempotency-key': 'make-one' }
    const made = () => server.call('POST', '/api/v2/conversations', { title: 'once' }, headers)
    const ids = (await Promise.all([made(), made(), made()])).map(({ body }) => body.id)
    expect(new Set(ids).size).toBe(1)
  })

  it('complaint 4: lose their words from the search when they are deleted', async () => {
    const { id } = await create()
    await ask(id, 'The wombat sleeps in the shed.')
    const search = async () => (await server.call('GET', '/api/v2/search?q=wombat')).body.items
    expect(await search()).not.toEqual([])
    await server.call('DELETE', `/api/v2/conversations/${id}`)
    expect(await search()).toEqual([])
  })

  describe('of many messages', () => {
    let id: string

    beforeEach(async () => {
      id = (await create()).id
      for (let count = 0; count < 12; count += 1) await ask(id, `q${count}`)
    })

    const window = async (query: string) =>
      (await server.call('GET', `/api/v2/conversations/${id}/messages?${query}`)).body
    const texts = (page: { items: { text: string }[] }) => page.items.map(({ text }) => text)

    it('complaint 1: are read in windows, backwards and forwards, and around a message', async () => {
      const last = await window('limit=4')
      expect(texts(last)).toEqual(['q10', 're: q10', 'q11', 're: q11'])
      expect(last.newerCursor).toBeNull()
      const before = await window(`limit=4&before=${last.nextCursor}`)
      expect(texts(before)).toEqual(['q8', 're: q8', 'q9', 're: q9'])
      const after = await window(`limit=3&after=${before.items.at(-1).id}`)
      expect(texts(after)).toEqual(['q10', 're: q10', 'q11'])
      const around = await window(`limit=4&around=${before.items[0].id}`)
      expect(texts(around)).toEqual(['re: q7', 'q8', 're: q8', 'q9'])
      expect(around.newerCursor).toBe(around.items.at(-1).id)
      const first = await window(`limit=200`)
      expect(first.nextCursor).toBeNull()
      expect(first.items).toHaveLength(24)
    })

    it('can be jumped into from the search, on a branch that is not shown, too', async () => {
      const all = (await window('limit=200')).items
      await server.call('POST', `/api/v2/conversations/${id}/turns`, { text: 'elsewhere', parentMessageId: null })
      expect(texts(await window('limit=200'))).toEqual(['elsewhere', 're: elsewhere'])
      const around = await window(`limit=4&around=${all[10].id}`)
      expect(around.items.map((message: { id: string }) => message.id)).toContain(all[10].id)
    })
  })

  it('complaint 14: tell every open page of one person what changes', async () => {
    const feed = await openStream(`${server.url}/api/v2/events`)
    const made = await create()
    const created = await feed.next()
    expect([created?.event, JSON.parse(created?.data ?? '{}').conversationId]).toEqual([
      'conversation-changed',
      made.id,
    ])
    const answered = ask(made.id, 'hello')
    const running = JSON.parse((await feed.next())?.data ?? '{}')
    expect(running.runningTurnId).toEqual(expect.any(String))
    await answered
    expect(JSON.parse((await feed.next())?.data ?? '{}').runningTurnId).toBeNull()
    await server.call('DELETE', `/api/v2/conversations/${made.id}`)
    expect((await feed.next())?.event).toBe('conversation-deleted')
    feed.leave()
  })

  it('AURO-21, C-24: are described by one OpenAPI document', async () => {
    const { body } = await server.call('GET', '/openapi.json')
    expect(body.openapi).toMatch(/^3\.1/)
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/v2/conversations',
        '/api/v2/turns/{turnId}/events',
        '/v1/chat/completions',
        '/chat',
      ]),
    )
  })
})
