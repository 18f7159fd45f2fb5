import createDOMPurify from 'dompurify'

const purify = createDOMPurify(window)

const allowedTags = [
  ...['p', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'details', 'summary'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'pre', 'code', 'kbd', 'samp', 'a', 'img', 'input'],
  ...['strong', 'em', 'b', 'i', 'u', 's', 'del', 'ins', 'sub', 'sup', 'mark', 'small', 'q', 'abbr', 'span'],
]

/** An image that a model or a stranger names would tell its server that it is looked at: its address is shown instead. */
const replaceImage = (image: Element): void => {
  const address = image.getAttribute('src') ?? ''
  const alt = image.getAttribute('alt') ?? ''
  const place = image.ownerDocument.createElement('a')
  place.className = 'remote-image'
  if (/^https?:\/\//i.test(address)) place.setAttribute('href', address)
  place.textContent = alt === '' ? address : `${alt} (${address})`
  image.replaceWith(place)
}

purify.addHook('uponSanitizeAttribute', (node, event) => {
  if (event.attrName !== 'class') return
  const isLanguage = node.tagName === 'CODE' && /^language-[\w+#.-]+$/.test(event.attrValue)
  event.keepAttr = isLanguage || (node.tagName === 'A' && event.attrValue === 'remote-image')
})

purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'IMG') replaceImage(node)
  if (node.tagName === 'A' && node.hasAttribute('href')) {
    node.setAttribute('target', '_blank')
    node.setAttribute('rel', 'noopener noreferrer nofollow')
  }
  if (node.tagName === 'INPUT') {
    if (node.getAttribute('type') === 'checkbox') node.setAttribute('disabled', '')
    else node.remove()
  }
})

/** Keeps of foreign HTML what text needs: no script, no style, no form, nothing that is fetched, no other origin in a frame. */
export const sanitise = (html: string): string =>
  purify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: ['href', 'src', 'alt', 'title', 'class', 'type', 'checked', 'disabled', 'start', 'align', 'open'],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i,
    // Only these two hold addresses; the others are plain words.
    ADD_URI_SAFE_ATTR: ['alt', 'title', 'class', 'type', 'checked', 'disabled', 'start', 'align', 'open'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    SANITIZE_NAMED_PROPS: true,
  })
