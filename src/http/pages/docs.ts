import { z } from 'zod'
import { ProblemError } from '../../core/index.ts'
import { defineRoute, type Reply, type Route, type Transport } from '../route.ts'
import { pageHeaders } from '../security-headers.ts'
import { createFolder } from './folder.ts'
import { escapeHtml, htmlType, note } from './note.ts'

const notBuilt = (): Reply =>
  note(503, 'The API pages have not been built', [
    'The API is described at /openapi.json. To build the pages that show it, run: npm run build:page',
  ])

/** Both draw small icons of their own from `data:` addresses in their styles. */
const swaggerHeaders = pageHeaders({ 'img-src': "'self' data:" })

/**
 * ReDoc writes its styles with styled-components, which makes `<style>` elements in the page as it runs and knows no
 * other way; so inline styles are allowed on this one page. Inline scripts are not. Its search runs in a worker that is
 * made from a `blob:` address.
 */
const redocHeaders = pageHeaders({
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'worker-src': 'blob:',
})

type Viewer = {
  readonly title: string
  readonly styles: readonly string[]
  readonly body: string
  readonly scripts: readonly string[]
}

function shell({ title, styles, body, scripts }: Viewer, headers: Readonly<Record<string, string>>): Reply {
  const links = styles.map((path) => `<link rel="stylesheet" href="${escapeHtml(path)}">`)
  const tags = scripts.map((path) => `<script src="${escapeHtml(path)}" defer></script>`)
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
${[...links, ...tags].join('\n')}
</head>
<body>
${body}
</body>
</html>
`
  return {
    kind: 'reply',
    status: 200,
    contentType: htmlType,
    body: html,
    headers: { ...headers, 'cache-control': 'no-cache' },
  }
}

const startSwagger = (basePath: string): string => `SwaggerUIBundle({
  url: ${JSON.stringify(`${basePath}/openapi.json`)},
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: false,
  validatorUrl: null,
})
`

const shown = { method: 'get', access: 'open', tag: 'docs', hidden: true, replies: { 200: 'none' } } as const

/** `/openapi.json`, Swagger UI at `/docs` and ReDoc at `/redoc`; nothing is fetched from elsewhere. */
export function docsRoutes(document: object, folder: string | undefined, basePath: string): readonly Route[] {
  const files = createFolder(folder ?? '')
  const text = JSON.stringify(document)

  async function ifBuilt(asset: string, { headers }: Transport, page: () => Reply): Promise<Reply> {
    if (folder === undefined) return notBuilt()
    files.refresh()
    return (await files.open(asset, { requestHeaders: headers })) ? page() : notBuilt()
  }

  async function asset(name: string, { headers }: Transport): Promise<Reply> {
    if (name === 'start-swagger-ui.js') {
      return { kind: 'reply', status: 200, contentType: 'text/javascript; charset=utf-8', body: startSwagger(basePath) }
    }
    const found = folder !== undefined && (await files.open(name, { requestHeaders: headers }))
    if (!found) throw new ProblemError('not-found')
    return found
  }

  const at = (name: string) => `${basePath}/docs/${name}`
  const swagger = () =>
    shell(
      {
        title: 'Hearth API',
        styles: [at('swagger-ui.css')],
        body: '<div id="swagger-ui"></div>',
        scripts: [at('swagger-ui-bundle.js'), at('start-swagger-ui.js')],
      },
      swaggerHeaders,
    )
  const redoc = () =>
    shell(
      {
        title: 'Hearth API reference',
        styles: [at('redoc.css')],
        body: `<redoc spec-url="${escapeHtml(basePath)}/openapi.json" hide-hostname native-scrollbars></redoc>`,
        scripts: [at('redoc.standalone.js')],
      },
      redocHeaders,
    )

  return [
    defineRoute({
      ...shown,
      path: '/openapi.json',
      summary: 'This description',
      handler: () => ({ kind: 'reply', status: 200, contentType: 'application/json', body: text }),
    }),
    defineRoute({
      ...shown,
      path: '/docs',
      summary: 'Swagger UI',
      handler: ({ transport }) => ifBuilt('swagger-ui-bundle.js', transport, swagger),
    }),
    defineRoute({
      ...shown,
      path: '/redoc',
      summary: 'ReDoc',
      handler: ({ transport }) => ifBuilt('redoc.standalone.js', transport, redoc),
    }),
    defineRoute({
      ...shown,
      path: '/docs/{file}',
      summary: 'What the two pages load',
      params: z.object({ file: z.string() }),
      handler: ({ params, transport }) => asset(params.file, transport),
    }),
  ]
}
