import { describe, expect, it } from 'vitest'
import type { Scope } from '../core/index.ts'
import { createExtractor, type Found } from './index.ts'
import { sentencesOf } from './pick-passages.ts'

const scope = {} as Scope
const filler = 'The garden was quiet. '.repeat(5000)
const answer = 'My dog is called Rufus.'

const said = (text: string, part: Partial<Found> = {}): Found => ({
  entry: { refId: 'm1', conversationId: 'c1', role: 'user', at: new Date(0), text },
  score: 1,
  coverage: 1,
  ...part,
})
const extractFrom = (text: string, ...items: Found[]) =>
  createExtractor({ search: async () => ({ items }) })(scope, { text, excludeMessageIds: [] })

describe('the work of an answer without a model', () => {
  it('looks for the beginning of a long question only', async () => {
    const asked: string[] = []
    const extract = createExtractor({
      search: async (_, { text }) => {
        asked.push(text)
        return { items: [] }
      },
    })
    await extract(scope, { text: filler, excludeMessageIds: [] })
    expect(asked.map(({ length }) => length <= 20_000)).toEqual([true])
    expect(filler.startsWith(asked[0] ?? '-')).toBe(true)
  })

  it('weighs the first forty words of the question only', async () => {
    const words = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => `ord${from + index}`).join(' ')
    const question = words(0, 200)
    expect((await extractFrom(question, said(`${words(0, 20)}.`))).citations).toHaveLength(1)
    expect((await extractFrom(question, said(`${words(50, 60)}.`))).citations).toEqual([])
  })

  it('reads 20,000 units of a long message: its beginning, or what stands around the match', () => {
    const text = `${filler}${answer} ${filler}`
    const length = (found: Found) => sentencesOf(found).reduce((sum, sentence) => sum + sentence.text.length, 0)
    expect(length(said(text))).toBeLessThanOrEqual(20_000)
    expect(sentencesOf(said(text))[0]?.start).toBe(0)
    const found = said(text, {
      snippet: [{ text: '…' }, { text: 'My dog is' }, { text: ' called Rufus. The' }, { text: '…' }],
    })
    expect(length(found)).toBeLessThanOrEqual(20_000)
    for (const { start, end, text: sentence } of sentencesOf(found)) expect(text.slice(start, end)).toBe(sentence)
    expect(new Set(sentencesOf(found).map((sentence) => sentence.text))).toEqual(
      new Set(['The garden was quiet.', answer]),
    )
  })

  it('cites the answer that stands far on in a long message', async () => {
    const found = said(`${filler}${answer} ${filler}`, { snippet: [{ text: answer }] })
    const { citations } = await extractFrom('What is my dog called?', found)
    expect(citations).toMatchObject([{ start: filler.length, text: answer }])
  })

  it('reads ten long messages, not all', async () => {
    const long = (count: number) => Array.from({ length: count }, () => said(filler))
    expect((await extractFrom('What is my dog called?', ...long(9), said(answer))).citations).toHaveLength(1)
    expect((await extractFrom('What is my dog called?', ...long(10), said(answer))).citations).toEqual([])
  })

  it('lets others run between messages', async () => {
    let turns = 0
    let next: NodeJS.Immediate
    const count = () => {
      turns += 1
      next = setImmediate(count)
    }
    next = setImmediate(count)
    await extractFrom('What is my dog called?', ...Array.from({ length: 8 }, () => said(filler)))
    clearImmediate(next)
    expect(turns).toBeGreaterThanOrEqual(7)
  })
})
