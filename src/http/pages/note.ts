import type { Reply } from '../route.ts'
import { pageHeaders } from '../security-headers.ts'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => escapes[char] as string)

export const htmlType = 'text/html; charset=utf-8'

/** A page of a few plain words, for when the real one is not there. */
export function note(status: number, title: string, sentences: readonly string[]): Reply {
  const text = sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n')
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<h1>${escapeHtml(title)}</h1>
${text}
</html>
`
  return { kind: 'reply', status, contentType: htmlType, body, headers: pageHeaders() }
}
