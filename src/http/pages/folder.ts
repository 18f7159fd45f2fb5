import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { HeaderReader, Reply } from '../route.ts'

const compress = { br: promisify(brotliCompress), gzip: promisify(gzip) }
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }

type Encoding = keyof typeof compress
const suffixes: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' }

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

const compressible = /^text\/|json|javascript|svg|wasm/
const minCompressedBytes = 1024
const hashed = /^assets\/.+-[\w-]{8,}\.\w+$/

type File = { readonly path: string; readonly sizeBytes: number; readonly tag: string }

/** How a file is sent: with what headers, and to whom. */
export type Sending = { readonly requestHeaders: HeaderReader; readonly headers?: Readonly<Record<string, string>> }

async function listFiles(folder: string): Promise<ReadonlyMap<string, File>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }): Promise<[string, File]> => {
      const path = join(parentPath, name)
      const { size, mtimeMs } = await stat(path)
      const tag = `${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}`
      return [path.slice(join(folder, sep).length).replaceAll(sep, '/'), { path, sizeBytes: size, tag }]
    })
  return new Map(await Promise.all(files))
}

function wantedEncoding(requestHeaders: HeaderReader): Encoding | undefined {
  const accepted = requestHeaders.get('accept-encoding') ?? ''
  if (/\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted)) return 'br'
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted) ? 'gzip' : undefined
}

/**
 * Serves the files of one folder. A request is only ever looked up among the names that were found in it, so no address
 * leads out of it, however it is written; links are not followed.
 */
export function createFolder(folder: string) {
  const squeezed = new Map<string, Promise<Buffer>>()
  let files: Promise<ReadonlyMap<string, File>> | undefined

  async function packed(name: string, file: File, encoding: Encoding): Promise<Buffer> {
    const ready = (await files)?.get(name + suffixes[encoding])
    if (ready) return readFile(ready.path)
    const key = `${name} ${file.tag} ${encoding}`
    const made =
      squeezed.get(key) ??
      readFile(file.path).then((bytes) => compress[encoding](bytes, encoding === 'br' ? brotliOptions : {}))
    squeezed.set(key, made)
    return made
  }

  async function send(name: string, file: File, { requestHeaders, headers }: Sending): Promise<Reply> {
    const contentType = contentTypes[extname(name)] ?? 'application/octet-stream'
    const isPacked = compressible.test(contentType) && file.sizeBytes >= minCompressedBytes
    const encoding = isPacked ? wantedEncoding(requestHeaders) : undefined
    const etag = `W/"${file.tag}"`
    const own = {
      'cache-control': hashed.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag,
      ...(isPacked && { vary: 'Accept-Encoding' }),
      ...headers,
    }
    if (requestHeaders.get('if-none-match') === etag) return { kind: 'reply', status: 304, headers: own }
    if (!encoding) return { kind: 'reply', status: 200, contentType, body: await readFile(file.path), headers: own }
    const body = await packed(name, file, encoding)
    return { kind: 'reply', status: 200, contentType, body, headers: { ...own, 'content-encoding': encoding } }
  }

  return {
    /** Looks at the folder again: it may have been built, or built anew, since. */
    refresh() {
      files = listFiles(folder)
    },
    /** The reply that sends a file; undefined when the folder has none of that name. */
    async open(name: string, sending: Sending): Promise<Reply | undefined> {
      files ??= listFiles(folder)
      const file = (await files).get(name)
      return file && send(name, file, sending)
    },
  }
}
