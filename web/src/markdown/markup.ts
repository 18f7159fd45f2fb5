import { Marked, type Token } from 'marked'

/** Text as HTML that shows it and nothing else. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

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
  },
})

export const markdownOptions = marked.defaults

/** One token as HTML that is not yet safe. */
export const renderToken = (token: Token): string => marked.parser([token])
