import { highlight } from './highlight.ts'

export type CodeLabels = {
  readonly code: string
  readonly copy: string
  readonly copied: string
  readonly image: string
}

const copiedMs = 1_600

const createCopyButton = (code: HTMLElement, labels: CodeLabels): HTMLButtonElement => {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy-code'
  button.textContent = labels.copy
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent ?? '')
    } catch {
      selectText(code)
      return
    }
    button.textContent = labels.copied
    setTimeout(() => {
      button.textContent = labels.copy
    }, copiedMs)
  })
  return button
}

/** Without leave to write the clipboard, or without one over plain HTTP, the text is marked, so that the reader's own keys can copy it. */
const selectText = (element: HTMLElement): void => {
  const range = document.createRange()
  range.selectNodeContents(element)
  getSelection()?.removeAllRanges()
  getSelection()?.addRange(range)
}

const frameCode = (code: HTMLElement, labels: CodeLabels): void => {
  const pre = code.parentElement
  if (!pre) return
  const language = /language-(\S+)/.exec(code.className)?.[1] ?? ''
  const figure = document.createElement('figure')
  figure.className = 'code'
  const caption = document.createElement('figcaption')
  const label = document.createElement('span')
  label.textContent = language || labels.code
  caption.append(label, createCopyButton(code, labels))
  // Long lines scroll sideways, and a keyboard must be able to do so.
  pre.tabIndex = 0
  pre.replaceWith(figure)
  figure.append(caption, pre)
  if (language) void colour(code, language)
}

const colour = async (code: HTMLElement, language: string): Promise<void> => {
  const html = await highlight(code.textContent ?? '', language)
  if (html !== undefined) code.innerHTML = html
}

const frameTable = (table: HTMLTableElement): void => {
  const frame = document.createElement('div')
  frame.className = 'table'
  frame.tabIndex = 0
  table.replaceWith(frame)
  frame.append(table)
}

/** Gives rendered text its tools: code gets a label, a copy button and colours; wide tables can be scrolled. */
export const enhance = (element: HTMLElement, labels: CodeLabels): void => {
  for (const code of element.querySelectorAll<HTMLElement>('pre > code')) frameCode(code, labels)
  for (const table of element.querySelectorAll('table')) frameTable(table)
  for (const place of element.querySelectorAll('a.remote-image')) place.prepend(`${labels.image}: `)
}
