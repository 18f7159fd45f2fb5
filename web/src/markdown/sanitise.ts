import createDOMPurify from 'dompurify'

const purify = createDOMPurify(window)

const allowedTags = [
  ...['p', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'pre', 'code', 'kbd', 'a', 'input'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'strong', 'em', 'b', 'i', 'u', 's', 'del', 'ins', 'sub', 'sup'],
  ...['mark', 'small', 'q'],
]

purify.addHook('uponSanitizeAttribute', (node, event) => {
  if (event.attrName !== 'class') return
  const isLanguage = node.tagName === 'CODE' && /^language-[\w+#.-]+$/.test(event.attrValue)
  event.keepAttr = isLanguage || (node.tagName === 'A' && event.attrValue === 'remote-image')
})

purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A' && node.hasAttribute('href')) {
    node.setAttribute('target', '_blank')
    node.setAttribute('rel', 'noopener noreferrer nofollow')
  }
  if (node.tagName === 'INPUT') {
    if (node.getAttribute('type') === 'checkbox') node.setAttribute('disabled', '')
    else node.remove()
  }
})

/** The second lock behind `markup.ts`: keeps what text needs, and links that lead to the web or to a mail box only. */
export const sanitise = (html: string): string =>
  purify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: ['href', 'title', 'class', 'type', 'checked', 'disabled', 'start', 'align'],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i,
    // Only `href` holds an address; the others are plain words.
    ADD_URI_SAFE_ATTR: ['title', 'class', 'type', 'checked', 'disabled', 'start', 'align'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  })
