const shared = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** On every reply that is not a page: nothing in it may run, and nothing keeps it. */
export const apiHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  ...shared,
}

const pagePolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob:",
  'connect-src': "'self'",
  'font-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
}

/** On pages: only our own scripts and styles, no inline ones; a remote image never loads. */
export const pageHeaders = (changes: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  'content-security-policy': Object.entries({ ...pagePolicy, ...changes })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; '),
})
