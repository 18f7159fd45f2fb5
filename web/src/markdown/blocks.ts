import { Lexer, type Links, type MarkedOptions, type Token } from 'marked'

/** One top-level piece of a text, ready to show. Its key is its place, which never changes while the text grows. */
export type Block = { readonly key: number; readonly html: string }

type Engine = {
  readonly options: MarkedOptions
  /** Turns one token into safe HTML. */
  readonly render: (token: Token) => string
}

type Found = { readonly tokens: readonly Token[]; readonly links: Links }

const lex = (options: MarkedOptions, text: string, known: Links): Found => {
  const lexer = new Lexer(options)
  Object.assign(lexer.tokens.links, known)
  const tokens = lexer.lex(text)
  return { tokens, links: tokens.links }
}

/**
 * How many tokens are finished: those after which something else has begun, with its whole first line, so that no
 * further text can change what they are. A list, for one, goes on after an empty line.
 */
const countFinished = (tokens: readonly Token[]): number => {
  const hasWholeLine = (token: Token, index: number) => index < tokens.length - 1 || token.raw.includes('\n')
  const settled = tokens.findLastIndex((token, index) => token.type !== 'space' && hasWholeLine(token, index))
  return settled < 0 ? 0 : tokens.slice(0, settled).findLastIndex((token) => token.type !== 'space') + 1
}

/**
 * A list's mark with nothing behind it yet. While it stands alone it can make a list of the line above it, which the
 * next character may undo: nothing is finished on its word.
 */
const bareMark = /(?:^|\n)[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]*$/

/**
 * Renders a text that grows at its end. Finished blocks are rendered once and kept; only the last one is rendered
 * again as text arrives. The final call reads the text as a whole, for a link may be defined after its use.
 */
export const createBlocks = ({ options, render }: Engine): ((text: string, final: boolean) => readonly Block[]) => {
  let done: Block[] = []
  let doneText = ''
  let links: Links = {}
  let shown: readonly Block[] = []

  /** A block that did not change stays the same object, so that nothing on the screen is touched. */
  const keep = (blocks: readonly Block[]): readonly Block[] => {
    const before = shown
    shown = blocks.map((block, index) => (before[index]?.html === block.html ? before[index] : block))
    return shown
  }

  const show = (tokens: readonly Token[], from: number): Block[] =>
    tokens
      .filter((token) => token.type !== 'space' && token.type !== 'def')
      .map((token, index) => ({ key: from + index, html: render(token) }))

  const restart = (): void => {
    done = []
    doneText = ''
    links = {}
  }

  return (text, final) => {
    const source = text.replace(/\r\n?/g, '\n')
    if (final) restart()
    if (!source.startsWith(doneText)) restart()
    const found = lex(options, source.slice(doneText.length), links)
    if (final) return keep(show(found.tokens, 0))
    const finished = bareMark.test(source) ? [] : found.tokens.slice(0, countFinished(found.tokens))
    done = [...done, ...show(finished, done.length)]
    doneText += finished.map((token) => token.raw).join('')
    links = found.links
    return keep([...done, ...show(found.tokens.slice(finished.length), done.length)])
  }
}
