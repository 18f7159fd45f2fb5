// Copies what /docs and /redoc load out of the packages into a folder, and compresses it once.
// Called by the page's build; alone: node scripts/copy-docs-assets.mjs [folder]
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const require = createRequire(import.meta.url)
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

// Quality 11 takes six times as long to save three percent.
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }

const redocStyles = `body { margin: 0; padding: 0; }
`

const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`))

/** Without the pointer to a source map that is not shipped, which browsers would ask for in vain. */
const withoutMapLink = (text) => text.replace(/\s*\/[/*]# sourceMappingURL=[^\n]*\s*$/, '\n')

const remoteLogo = 'https://cdn.redoc.ly/redoc/logo-mini.svg'
const emptyImage = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"

/** ReDoc loads one picture from its makers' server; our pages load nothing from elsewhere. */
function withoutRemoteLogo(text) {
  const local = text.replaceAll(remoteLogo, emptyImage)
  if (local.includes('https://cdn.'))
    throw new Error('ReDoc asks another server for something new; leave that out too.')
  return local
}

const sources = [
  ['swagger-ui-dist', 'swagger-ui.css'],
  ['swagger-ui-dist', 'swagger-ui-bundle.js'],
  ['swagger-ui-dist', 'LICENSE', 'swagger-ui.LICENSE.txt'],
  ['swagger-ui-dist', 'NOTICE', 'swagger-ui.NOTICE.txt'],
  ['redoc', 'bundles/redoc.standalone.js', 'redoc.standalone.js'],
  ['redoc', 'bundles/redoc.standalone.js.LICENSE.txt', 'redoc.standalone.js.LICENSE.txt'],
  ['redoc', 'LICENSE', 'redoc.LICENSE.txt'],
]

async function write(folder, name, text) {
  const bytes = Buffer.from(text)
  await writeFile(join(folder, name), bytes)
  await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(bytes, brotliOptions))
  await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(bytes, { level: 9 }))
}

/** Fills `folder` anew with the files of Swagger UI and ReDoc, each beside its `.br` and `.gz`. */
export async function copyDocsAssets(folder = join(root, 'build', 'docs')) {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const copied = sources.map(async ([packageName, path, name = path]) => {
    const text = await readFile(join(packageFolder(packageName), path), 'utf8')
    await write(folder, name, withoutRemoteLogo(withoutMapLink(text)))
  })
  await Promise.all([...copied, write(folder, 'redoc.css', redocStyles)])
  return folder
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`Copied the API pages to ${await copyDocsAssets(process.argv[2])}\n`)
}
