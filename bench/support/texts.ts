/** A small repeatable generator (mulberry32), so that every run stores the same texts. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const small = {
  en: 'the and to of a is it that was for you on with have this my we at be not but from they when'.split(' '),
  sv: 'och att det jag är en som på för med till har av inte den vi om ett så när men från de hur'.split(' '),
}
const stems = {
  en: `train kitchen garden letter winter server backup window lamp doctor holiday river neighbour recipe budget invoice
    meeting password router printer bicycle summer school teacher market coffee bread morning evening station ticket
    report project engine battery sensor heating cable boat forest mountain camera music guitar novel library`,
  sv: `tåg kök trädgård brev vinter fönster lampa läkare semester flod granne recept budget faktura möte lösenord skrivare
    cykel sommar skola lärare torg kaffe bröd morgon kväll station biljett rapport projekt motor batteri givare värme
    kabel båt skog berg kamera musik gitarr roman bibliotek stuga brygga sjö hund katt barn syster`,
}
const words = { en: stems.en.split(/\s+/), sv: stems.sv.split(/\s+/) }

/** Writes texts as people and models do: short questions, longer answers, in English and Swedish. */
export function createWriter(seed: number) {
  const random = createRandom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const sentence = (tongue: 'en' | 'sv', length: number): string => {
    const said = Array.from({ length }, () => (random() < 0.5 ? pick(small[tongue]) : rare(tongue)))
    const text = said.join(' ')
    return text.charAt(0).toUpperCase() + text.slice(1)
  }
  const rare = (tongue: 'en' | 'sv'): string =>
    random() < 0.15 ? `${pick(words[tongue])}-${Math.floor(random() * 5000)}` : pick(words[tongue])
  const tongue = () => (random() < 0.5 ? 'en' : 'sv')
  return {
    question: (): string => `${sentence(tongue(), 4 + Math.floor(20 * random() ** 2))}?`,
    answer: (): string => {
      const spoken = tongue()
      const sentences = 1 + Math.floor(8 * random() ** 2)
      return Array.from({ length: sentences }, () => `${sentence(spoken, 6 + Math.floor(14 * random()))}.`).join(' ')
    },
  }
}
