import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ProblemCode, ProblemError } from '../../src/core/index.ts'
import type { ModelEvent, ModelRequest, Provider } from '../../src/providers/index.ts'
import type { StubScript } from '../support/stub-provider/index.ts'

/** A provider under test and the means to make it say things. */
export type Subject = {
  readonly provider: Provider
  readonly model: string
  /** What the coming requests are answered with. */
  readonly play: (script: StubScript) => void
  /** Opens the next gate of the script once it is reached. */
  readonly next: () => Promise<void>
  readonly reached: () => Promise<void>
  /** Settles when the last answer's socket, worker or script has been let go. */
  readonly released: () => Promise<'finished' | 'aborted'>
  readonly close: () => Promise<void>
}

/** A fault that the subject can be made to show, and the problem that must come of it. */
export type FaultCase = readonly [title: string, script: StubScript, code: ProblemCode]

export type Suite = {
  readonly name: string
  readonly start: () => Promise<Subject>
  readonly faults: readonly FaultCase[]
}

const request = (model: string): ModelRequest => ({
  model,
  messages: [
    { role: 'system', text: 'Be brief.' },
    { role: 'user', text: 'Hej! Säg något om öar 🏝️.' },
  ],
  contextTokens: 4096,
})

/** Reads an answer to its end or to its failure. */
export async function readAll(answer: AsyncIterable<ModelEvent>): Promise<{ events: ModelEvent[]; error: unknown }> {
  const events: ModelEvent[] = []
  try {
    for await (const event of answer) events.push(event)
    return { events, error: undefined }
  } catch (error) {
    return { events, error }
  }
}

export const textOf = (events: readonly ModelEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')

const whole: StubScript = [
  { type: 'reasoning', text: 'Öar …' },
  { type: 'text', text: 'Gotland ' },
  { type: 'text', text: 'är en ö 🏝️' },
  { type: 'usage', inputTokens: 21, outputTokens: 9 },
  { type: 'finish' },
]

/** What every provider promises, whatever it speaks. */
export function describeProvider({ name, start, faults }: Suite): void {
  describe(`the ${name} provider`, () => {
    let subject: Subject
    beforeEach(async () => {
      subject = await start()
    })
    afterEach(() => subject.close())
    const ask = (signal = new AbortController().signal) => subject.provider.generate(request(subject.model), signal)

    it('lists models with an id made of its name and theirs', async () => {
      const models = await subject.provider.models(new AbortController().signal)
      expect(models.length).toBeGreaterThan(0)
      for (const model of models) {
        expect(model.provider).toBe(subject.provider.name)
        expect(model.id).toBe(`${model.provider}/${model.name}`)
      }
    })

    it('sends reasoning and text in order, then one usage, then one finish', async () => {
      subject.play(whole)
      const { events, error } = await readAll(ask())
      expect(error).toBeUndefined()
      expect(events).toEqual([
        { type: 'reasoning-delta', text: 'Öar …' },
        { type: 'text-delta', text: 'Gotland ' },
        { type: 'text-delta', text: 'är en ö 🏝️' },
        { type: 'usage', usage: { inputTokens: 21, outputTokens: 9, estimated: false } },
        { type: 'finish', reason: 'stop' },
      ])
    })

    it('says that an answer ended at its length', async () => {
      subject.play([
        { type: 'text', text: 'half' },
        { type: 'finish', reason: 'length' },
      ])
      const { events } = await readAll(ask())
      expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
    })

    it('estimates the usage when none is told', async () => {
      subject.play([{ type: 'text', text: 'twelve bytes' }, { type: 'finish' }])
      const { events } = await readAll(ask())
      const usages = events.flatMap((event) => (event.type === 'usage' ? [event.usage] : []))
      expect(usages).toHaveLength(1)
      expect(usages[0]).toMatchObject({ estimated: true, outputTokens: 3 })
      expect(usages[0]?.inputTokens).toBeGreaterThan(0)
    })

    it('hands each piece on before the next one is made', async () => {
      subject.play([{ type: 'text', text: 'one' }, { type: 'gate' }, { type: 'text', text: 'two' }, { type: 'finish' }])
      const answer = ask()[Symbol.asyncIterator]()
      expect((await answer.next()).value).toEqual({ type: 'text-delta', text: 'one' })
      const second = answer.next()
      await subject.next()
      expect((await second).value).toEqual({ type: 'text-delta', text: 'two' })
      await answer.return?.()
    })

    it('lets go within 250 ms of an abort, throws its reason, and says nothing more', async () => {
      subject.play([{ type: 'text', text: 'one' }, { type: 'gate' }, { type: 'text', text: 'two' }, { type: 'finish' }])
      const stop = new AbortController()
      const answer = ask(stop.signal)[Symbol.asyncIterator]()
      await answer.next()
      const second = answer.next()
      await subject.reached()
      stop.abort(new Error('the person pressed stop'))
      const late = wait(250).then(() => 'still open')
      await expect(second).rejects.toThrow('the person pressed stop')
      expect(await Promise.race([subject.released(), late])).toBe('aborted')
      expect((await answer.next()).done).toBe(true)
    })

    it('throws the reason when it is aborted while nothing has been said yet', async () => {
      subject.play([{ type: 'gate' }, { type: 'text', text: 'late' }, { type: 'finish' }])
      const stop = new AbortController()
      const reading = readAll(ask(stop.signal))
      await subject.reached()
      stop.abort(new Error('never mind'))
      const { events, error } = await reading
      expect(events).toEqual([])
      expect(error).toMatchObject({ message: 'never mind' })
      expect(await subject.released()).toBe('aborted')
    })

    it('asks nobody when it is aborted before it begins', async () => {
      const { events, error } = await readAll(ask(AbortSignal.abort(new Error('too late'))))
      expect(events).toEqual([])
      expect(error).toMatchObject({ message: 'too late' })
    })

    it('lets go when the reader leaves early', async () => {
      subject.play([{ type: 'text', text: 'one' }, { type: 'gate' }, { type: 'text', text: 'two' }, { type: 'finish' }])
      for await (const event of ask()) {
        expect(event.type).toBe('text-delta')
        break
      }
      expect(await subject.released()).toBe('aborted')
    })

    it('F6: stops reading an endless answer at the cap and lets go of it', async () => {
      subject.play([{ type: 'endless', text: 'and on '.repeat(100) }])
      const { events, error } = await readAll(ask())
      expect(error).toMatchObject({ code: 'output-limit' })
      expect(textOf(events).length).toBeLessThanOrEqual(maxOutputCharacters)
      expect(await subject.released()).toBe('aborted')
    })

    it.each(faults)('%s becomes a typed problem', async (_title, script, code) => {
      subject.play(script)
      const { events, error } = await readAll(ask())
      expect(error).toBeInstanceOf(ProblemError)
      expect(error).toMatchObject({ code, detail: expect.stringMatching(/\w/) })
      expect(events.filter(({ type }) => type === 'finish' || type === 'usage')).toEqual([])
    })

    it('answers the next request after a failed one', async () => {
      subject.play(faults[0]?.[1] ?? [])
      await readAll(ask())
      subject.play(whole)
      expect(textOf((await readAll(ask())).events)).toBe('Gotland är en ö 🏝️')
    })
  })
}

/** The cap that subjects are built with. */
export const maxOutputCharacters = 20_000
