import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BrainId, createId, type Scope, type UserId } from '../core/index.ts'
import { createExtractor, type FindEntries, type Found } from './index.ts'

const scope: Scope = {
  userId: createId<'user'>() as UserId,
  brainId: createId<'brain'>() as BrainId,
  role: 'owner',
  requestId: 'test',
  signal: new AbortController().signal,
}

const said = (text: string, part: Partial<Found['entry']> = {}): Found => ({
  entry: {
    refId: createId<'message'>(),
    conversationId: 'c1',
    role: 'user',
    at: new Date('2024-05-03T12:00:00Z'),
    text,
    ...part,
  },
  score: 1,
  coverage: 1,
})

const searchOver =
  (...items: Found[]): FindEntries =>
  async () => ({ items })
const ask = (text: string, ...items: Found[]) =>
  createExtractor({ search: searchOver(...items) })(scope, { text, excludeMessageIds: [] })
const quoted = async (text: string, ...items: Found[]) => (await ask(text, ...items)).citations.map((each) => each.text)

describe('an answer without a model', () => {
  it('quotes the sentence that answers, with its place and date, in English', async () => {
    const found = said('Nice weather. My dog is called Rufus. See you!', { refId: 'm7', conversationId: 'c3' })
    expect(await ask('What is my dog called?', found)).toEqual({
      text: 'No model is available yet. From what you have written:\n\n- 3 May 2024: “My dog is called Rufus.”',
      citations: [{ messageId: 'm7', conversationId: 'c3', start: 14, end: 37, text: 'My dog is called Rufus.' }],
    })
  })

  it('speaks Swedish to a Swedish question', async () => {
    const { text } = await ask('Vad heter min hund?', said('Min hund heter Rufus.'))
    expect(text).toBe('Ingen modell är tillgänglig än. Ur det du har skrivit:\n\n- 3 maj 2024: “Min hund heter Rufus.”')
  })

  it('tells dates in the time zone it is given', async () => {
    const found = said('My dog is called Rufus.', { at: new Date('2024-05-03T23:30:00Z') })
    const extract = createExtractor({ search: searchOver(found) }, { timeZone: 'Europe/Stockholm' })
    expect((await extract(scope, { text: 'What is my dog called?', excludeMessageIds: [] })).text).toContain(
      '4 May 2024',
    )
  })

  it('says plainly that nothing was found, and what to do', async () => {
    for (const items of [[], [said('The weather is nice.')]]) {
      const { text, citations } = await ask('Where did I park the car in Malmö?', ...items)
      expect(citations).toEqual([])
      expect(text).toContain('found nothing')
      expect(text).toContain('Ollama')
    }
    expect((await ask('Var parkerade jag bilen?')).text).toContain('hittade ingenting')
  })

  it('quotes no question: not the one asked, not an earlier one, not one without its mark', async () => {
    const echoes = [
      'What is my dog called?',
      'what is my DOG called',
      'Is my dog called Rufus?',
      'what is my dog called again',
    ] as const
    expect(await quoted('What is my dog called?', ...echoes.map((text) => said(text)))).toEqual([])
    expect(await quoted('my dog', said('Hello! My dog!'))).toEqual([])
    const twoFold = 'I lost my keys. Where are they?'
    expect(await quoted(twoFold, said(twoFold))).toEqual([])
  })

  it('does quote a statement that begins with a word that could ask', async () => {
    expect(await quoted('När åkte vi till Malmö?', said('När vi åkte till Malmö regnade det.'))).toHaveLength(1)
  })

  it('quotes only what the owner wrote', async () => {
    const others = ['assistant', 'event', 'tool', 'system'].map((role) => said('Your dog is called Rufus.', { role }))
    expect(await quoted('What is my dog called?', ...others)).toEqual([])
  })

  it('leaves out the messages of the running turn', async () => {
    const found = said('My dog is called Rufus.', { refId: 'm1' })
    const extract = createExtractor({ search: searchOver(found) })
    expect((await extract(scope, { text: 'What is my dog called?', excludeMessageIds: ['m1'] })).citations).toEqual([])
  })

  it('wants half of the words of the question in one sentence', async () => {
    const question = 'Which blue boat sailed to Gotland?'
    expect(await quoted(question, said('The blue boat leaks.'))).toHaveLength(1)
    expect(await quoted(question, said('The boat leaks.'))).toEqual([])
    expect(await quoted(question, said('The boat leaks. My car is blue.'))).toEqual([])
  })

  it('puts the fullest sentence first, then the latest, says nothing twice, and at most three', async () => {
    const at = (day: number) => new Date(Date.UTC(2024, 0, day))
    const items = [
      said('The boat is blue.', { at: at(1) }),
      said('The boat is blue and new.', { at: at(2) }),
      said('the boat is blue', { at: at(3) }),
      said('Our blue boat was sold.', { at: at(4) }),
      said('A blue boat is what I want.', { at: at(5) }),
      said('Boats are blue, mostly.', { at: at(6) }),
      said('boats are BLUE, mostly', { at: at(7) }),
    ]
    expect(await quoted('Is the boat blue?', ...items)).toEqual([
      'boats are BLUE, mostly',
      'A blue boat is what I want.',
      'Our blue boat was sold.',
    ])
  })

  it('cites what stands in the message, in any message', async () => {
    const piece = fc.constantFrom(
      'My dog is called Rufus',
      '. ',
      '! ',
      '\n',
      '🐕',
      ' ',
      'Malmö',
      '?',
      '“',
      'dog',
      '私は犬。',
      'e.g. ',
    )
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
    const property = fc.asyncProperty(fc.array(text, { maxLength: 6 }), async (texts) => {
      const items = texts.map((each) => said(each))
      const { citations } = await ask('What is my dog called?', ...items)
      for (const { messageId, start, end, text: cited } of citations) {
        const source = items.find(({ entry }) => entry.refId === messageId)
        expect(source?.entry.text.slice(start, end)).toBe(cited)
      }
      expect(await ask('What is my dog called?', ...items)).toEqual(await ask('What is my dog called?', ...items))
    })
    await fc.assert(property)
  })
})
