import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ProblemError } from '../../core/index.ts'
import { defineRoute, type Reply, type Route, type Transport } from '../route.ts'
import { pageHeaders } from '../security-headers.ts'
import { createFolder } from './folder.ts'
import { htmlType, note } from './note.ts'

const notBuilt = (): Reply =>
  note(503, 'The page has not been built', [
    'The server runs, and its API answers. To build the page, run: npm run build:page',
    'Then load this address again; the server need not be restarted.',
  ])

/** The page's own addresses, as it was built with them, moved below the path that a proxy shows the server under. */
const underBase = (html: string, basePath: string): string => html.replaceAll('"/app/', `"${basePath}/app/`)

const shown = { access: 'public', tag: 'page', hidden: true, replies: { 200: 'none' } } as const

/** The browser client below `/app/`, and the ways that lead there. */
export function pageRoutes(folder: string, basePath: string): readonly Route[] {
  const files = createFolder(folder)
  const toPage = { kind: 'reply', status: 302, headers: { location: `${basePath}/app/` } } as const

  async function index({ headers }: Transport): Promise<Reply> {
    files.refresh()
    const sending = { requestHeaders: headers, headers: pageHeaders() }
    if (basePath === '') return (await files.open('index.html', sending)) ?? notBuilt()
    const text = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined)
    if (text === undefined) return notBuilt()
    const headersOf = { ...pageHeaders(), 'cache-control': 'no-cache' }
    return { kind: 'reply', status: 200, contentType: htmlType, headers: headersOf, body: underBase(text, basePath) }
  }

  async function file(name: string, transport: Transport): Promise<Reply> {
    const found = await files.open(name, { requestHeaders: transport.headers, headers: pageHeaders() })
    if (found) return found
    // A page of an older version asks for files that are gone; a page sent in their place would only confuse it.
    if (name.startsWith('assets/')) throw new ProblemError('not-found')
    return index(transport)
  }

  async function favicon({ headers }: Transport): Promise<Reply> {
    for (const name of ['favicon.ico', 'favicon.svg', 'favicon.png']) {
      const found = await files.open(name, { requestHeaders: headers })
      if (found) return found
    }
    throw new ProblemError('not-found')
  }

  return [
    defineRoute({ ...shown, method: 'get', path: '/', summary: 'To the page', handler: () => toPage }),
    defineRoute({ ...shown, method: 'get', path: '/app', summary: 'To the page', handler: () => toPage }),
    defineRoute({
      ...shown,
      method: 'get',
      path: '/app/',
      summary: 'The page',
      handler: ({ transport }) => index(transport),
    }),
    defineRoute({
      ...shown,
      method: 'get',
      path: '/app/{file+}',
      summary: 'The page and its files',
      params: z.object({ file: z.string() }),
      handler: ({ params, transport }) => file(params.file, transport),
    }),
    defineRoute({
      ...shown,
      method: 'get',
      path: '/favicon.ico',
      summary: 'The icon',
      handler: ({ transport }) => favicon(transport),
    }),
  ]
}
