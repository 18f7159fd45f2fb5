import { Marked, type Token } from 'marked'

/** Text as HTML that shows it and nothing else. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const bareTag = /&#60;(\/?)(br|sub|sup|kbd|mark|small|u|s|b|i|em|strong|del|ins|q)\s*\/?&#62;/gi

/**
 * Foreign HTML as text that can be read, but for the few tags that only shape words, and those without attributes.
 * So no parser ever sees anything that could act; what is shown is what was written.
 */
const showHtml = (html: string): string =>
  escapeHtml(html.replace(/<!--[\s\S]*?-->/g, '')).replace(bareTag, (_, slash: string, name: string) => {
    return `<${slash}${name.toLowerCase()}>`
  })

/** An image that a model or a stranger names would tell its server that it is looked at: its address is shown instead. */
const showAddress = (address: string, alt: string): string => {
  const label = alt === '' ? address : `${alt} (${address})`
  const link = /^https?:\/\//i.test(address) ? ` href="${escapeHtml(address)}"` : ''
  return `<a class="remote-image"${link}>${escapeHtml(label)}</a>`
}

const marked = new Marked({
  gfm: true,
  renderer: {
    // The page's own headings come first: an answer's begin below them.
    heading({ tokens, depth }) {
      const level = Math.min(depth + 2, 6)
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`
    },
    code({ text, lang }) {
      const language = /^[\w+#.-]+/.exec(lang ?? '')?.[0]
      const mark = language === undefined ? '' : ` class="language-${escapeHtml(language)}"`
      return `<pre><code${mark}>${escapeHtml(text)}</code></pre>`
    },
    html({ text, block }) {
      return block ? `<p>${showHtml(text.trim())}</p>` : showHtml(text)
    },
    image: ({ href, text }) => showAddress(href, text),
  },
})

export const markdownOptions = marked.defaults

/** One token as HTML: nothing foreign in it acts, but its links may still lead anywhere. */
export const renderToken = (token: Token): string => marked.parser([token])
