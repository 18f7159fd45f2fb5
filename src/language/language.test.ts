import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  detectLanguage,
  fold,
  isQuestionWord,
  isStopWord,
  queryTerms,
  sentences,
  stems,
  terms,
  tokenise,
} from './index.ts'

const forms = (text: string) => tokenise(text).map(({ form }) => form)
const meets = (query: string, text: string) => {
  const held = new Set(stems(text))
  return queryTerms(query).every((term) => term.stems.some((stem) => held.has(stem)))
}

describe('folding', () => {
  it.each([
    ['Malmö', 'malmo'],
    ['MALMÖ', 'malmo'],
    ['Malmo\u0308', 'malmo'],
    ['Ångström', 'angstrom'],
    ['Straße', 'strasse'],
    ['Ærø', 'aero'],
    ['İstanbul', 'istanbul'],
    ['ﬁne', 'fine'],
    ['Ｆｕｌｌ', 'full'],
    ['한국', '한국'],
    ['が', 'が'],
    ['ที่', 'ที่'],
  ])('writes %s as %s', (text, folded) => expect(fold(text)).toBe(folded))

  it('changes nothing the second time, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(fold(fold(text))).toBe(fold(text))
      }),
    )
  })
})

describe('tokens', () => {
  it.each([
    ['fel AB-1234/x igen', ['fel', 'ab-1234/x', 'ab', '1234', 'x', 'igen']],
    ['see foo_bar.ts.', ['see', 'foo_bar.ts', 'foo', 'bar', 'ts']],
    ['192.168.1.10:8080', ['192.168.1.10:8080', '192', '168', '1', '10', '8080']],
    ['Mail a.b@c.se!', ['mail', 'a.b@c.se', 'a', 'b', 'c', 'se']],
    ['https://x.se/a?b=1', ['https://x.se/a?b=1', 'https', 'x', 'se', 'a', 'b', '1']],
    ["it's Anna’s dog", ['it', 'anna', 'dog']],
    ['C++ or C#', ['c++', 'c', 'or', 'c#', 'c']],
    ['👨‍👩‍👧 hej 🎉!', ['hej']],
    ['!!! … —', []],
  ])('of %j are %j', (text, expected) => expect(forms(text)).toEqual(expected))

  it('are cut out of scripts without spaces', () => {
    expect(forms('私は東京に住んでいます')).toContain('東京')
    expect(forms('ภาษาไทยง่าย')).toContain('ภาษา')
  })

  it('stand where their offsets say, in order, in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        let last = 0
        for (const { start, end, form } of tokenise(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(fold(form)).toBe(fold(text.slice(start, end).slice(0, 64)).slice(0, fold(form).length))
          last = start
        }
      }),
    )
  })
})

describe('the language of a text', () => {
  it.each([
    ['Vad heter min hund?', 'sv'],
    ['När åkte vi till Malmö?', 'sv'],
    ['Jag har en katt', 'sv'],
    ['What is the name of my dog?', 'en'],
    ['When did she move to Malmö?', 'en'],
    ['Ich bin nicht da und das ist gut', 'other'],
    ['Je ne sais pas où est le chat', 'other'],
    ['我住在东京', 'other'],
    ['AB-1234', 'other'],
    ['', 'other'],
  ])('of %j is %s', (text, language) => expect(detectLanguage(text)).toBe(language))
})

describe('stems', () => {
  const swedish = [
    ['hund', 'hundarna'],
    ['flicka', 'flickornas'],
    ['hus', 'huset'],
    ['möte', 'mötet'],
    ['möte', 'mötets'],
    ['paket', 'paketet'],
    ['universitet', 'universitetets'],
    ['affär', 'affärer'],
    ['försäkring', 'försäkringen'],
    ['betalade', 'betalat'],
  ] as const
  const english = [
    ['dog', 'dogs'],
    ['run', 'running'],
    ['meeting', 'meetings'],
    ['city', 'cities'],
    ['paint', 'painted'],
  ] as const

  it.each(swedish)('let %s find %s, in Swedish, English and unknown surroundings', (one, other) => {
    expect(meets(one, `Det var inte ${other} som jag såg igår`)).toBe(true)
    expect(meets(other, `Jag såg ${one} och det var bra`)).toBe(true)
    expect(meets(`what about ${one}`, other)).toBe(true)
    expect(meets(fold(one), `Vi pratade om ${one} igår`)).toBe(true)
  })

  it.each(english)('let %s find %s, in English, Swedish and unknown surroundings', (one, other) => {
    expect(meets(one, `I have seen the ${other} with my own eyes`)).toBe(true)
    expect(meets(other, `This is the ${one} that you have asked for`)).toBe(true)
    expect(meets(`vad är ${one}`, `the ${other}`)).toBe(true)
    expect(meets(one, `Vi hade ${other} igår och det var inte så bra`)).toBe(true)
  })

  it.each(['malmo', 'Malmö', 'MALMÖ'])('let %s find Malmö in either language', (query) => {
    expect(meets(query, 'Jag bor i Malmö och det är bra')).toBe(true)
    expect(meets(query, 'The train is late, so I am still in Malmö')).toBe(true)
  })

  it('keep words apart that only look alike', () => {
    expect(meets('hund', 'Jag har en hand')).toBe(false)
    expect(meets('universe', 'the unit of it')).toBe(false)
    expect(meets('AB-1234', 'the part AB-1235 is here')).toBe(false)
  })

  it('of surely English text are English alone', () => {
    expect(stems('This is the parade that I have seen')).toContain('parad')
    expect(stems('This is the parade that I have seen')).not.toContain('par')
    expect(stems('parade')).toEqual(expect.arrayContaining(['par', 'parad']))
    expect(stems('parade', 'en')).toEqual(['parad'])
  })

  it('stand where their terms say', () => {
    const text = 'Felet i foo_bar.ts'
    expect(terms(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      'Felet',
      'i',
      'foo_bar.ts',
      'foo',
      'bar',
      'ts',
    ])
  })
})

describe('the terms of a query', () => {
  const asked = (query: string) => queryTerms(query).map(({ start, end }) => query.slice(start, end))

  it.each([
    ['What is the name of my dog?', ['name', 'dog']],
    ['Vad heter min hund?', ['heter', 'hund']],
    ['När flyttade vi till Malmö?', ['flyttade', 'Malmö']],
    ['dog dogs DOG', ['dog']],
    ['man men', ['man', 'men']],
  ])('of %j are %j', (query, expected) => expect(asked(query)).toEqual(expected))

  it('are the small words where there is nothing else', () => {
    expect(asked('who are you')).toEqual(['who', 'are', 'you'])
    expect(asked('vem är det?')).toEqual(['vem', 'är', 'det'])
  })

  it('know who asks and what carries no meaning', () => {
    expect(['what', 'when', 'who', 'vad', 'när', 'vem'].every((word) => isQuestionWord(word))).toBe(true)
    expect(isStopWord('och')).toBe(true)
    expect(isStopWord('hund')).toBe(false)
  })
})

describe('sentences', () => {
  it.each([
    ['Hej! Hur är det?', ['Hej!', 'Hur är det?']],
    ['Dr. Ek kom kl. 12. Vi åt.', ['Dr. Ek kom kl. 12.', 'Vi åt.']],
    ['one\n\n two ', ['one', 'two']],
    ['It costs 3.5 kr. Fine', ['It costs 3.5 kr.', 'Fine']],
    [' \n ', []],
  ])('of %j are %j', (text, expected) => expect(sentences(text).map((each) => each.text)).toEqual(expected))

  it('are slices of their text, in order and apart, in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        let last = 0
        for (const { start, end, text: found } of sentences(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(text.slice(start, end)).toBe(found)
          last = end
        }
      }),
    )
  })
})

describe('hostile text of a million units', () => {
  const million = 1_000_000
  const floods = {
    'one word': 'x'.repeat(million),
    'one identifier': 'a.'.repeat(million / 2),
    'combining marks of two classes': `a${'\u0301\u0316'.repeat(million / 2)}`,
    'accented letters': 'e\u0301'.repeat(million / 2),
    'Chinese without a stop': '我住在东京'.repeat(million / 5),
    abbreviations: 'e.g. '.repeat(million / 5),
    apostrophes: "s's".repeat(million / 3),
    'line breaks': '\n'.repeat(million),
    'lone surrogates': '\ud800'.repeat(million),
  }
  const work = { fold, tokenise, detectLanguage, stems, queryTerms, sentences }

  it.each(Object.entries(floods))(
    '(%s) is worked through',
    (_, text) => {
      for (const each of Object.values(work)) expect(() => each(text)).not.toThrow()
    },
    20_000,
  )

  it('throws nowhere, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const each of Object.values(work)) each(text)
      }),
    )
  })
})
