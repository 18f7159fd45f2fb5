import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw } from 'node:zlib'
import { ProblemError } from '../core/index.ts'

type Limits = { readonly maxBodyBytes: number; readonly bodyTimeoutMs: number }

const unpack = { gunzip: promisify(gunzip), inflate: promisify(inflate), inflateRaw: promisify(inflateRaw) }

const tooLarge = (maxBodyBytes: number, cause?: unknown) =>
  new ProblemError('body-too-large', { detail: `The limit is ${maxBodyBytes} bytes.`, cause })

/** Tells whether the request says that a body follows. */
export function announcesBody(incoming: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers
  return encoding !== undefined || (length !== undefined && length !== '0')
}

/** Refuses a body by its announced size, before any of it is read. @throws ProblemError `body-too-large` */
export function assertAnnouncedSize(incoming: IncomingMessage, maxBodyBytes: number): void {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes)
}

function readRaw(incoming: IncomingMessage, { maxBodyBytes, bodyTimeoutMs }: Limits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let sizeBytes = 0
    const settle = (error?: ProblemError) => {
      clearTimeout(timer)
      incoming.off('data', onChunk).off('end', onEnd).off('error', onCut).off('close', onCut)
      if (error === undefined) return resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
      incoming.pause()
      reject(error)
    }
    const onChunk = (chunk: Buffer) => {
      sizeBytes += chunk.length
      if (sizeBytes > maxBodyBytes) return settle(tooLarge(maxBodyBytes))
      chunks.push(chunk)
    }
    const onEnd = () => settle()
    const onCut = (cause?: Error) =>
      settle(new ProblemError('malformed-request', { detail: 'The body broke off.', cause }))
    const late = () =>
      settle(new ProblemError('request-timeout', { detail: `The body took over ${bodyTimeoutMs} ms.` }))
    const timer = setTimeout(late, bodyTimeoutMs)
    incoming.on('data', onChunk).on('end', onEnd).on('error', onCut).on('close', onCut)
  })
}

/** What calls itself deflate is zlib by the standard (RFC 9110 §8.4.1.2), and bare deflate from some old clients. */
const isZlib = (bytes: Buffer): boolean =>
  bytes.length > 1 && (bytes.readUInt8(0) & 15) === 8 && bytes.readUInt16BE(0) % 31 === 0

async function decompress(bytes: Buffer, encoding: string, maxBodyBytes: number): Promise<Buffer> {
  const options = { maxOutputLength: maxBodyBytes }
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return await unpack.gunzip(bytes, options)
    return await (isZlib(bytes) ? unpack.inflate : unpack.inflateRaw)(bytes, options)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBodyBytes, cause)
    throw new ProblemError('malformed-request', { detail: `The body is not valid ${encoding}.`, cause })
  }
}

const knownEncodings = new Set(['gzip', 'x-gzip', 'deflate'])

/**
 * Reads a body up to the limit, decompressed; the limit holds for the bytes sent and for what they expand to.
 * @throws ProblemError `body-too-large`, `request-timeout`, `unsupported-media-type`, `malformed-request`
 */
export async function readBody(incoming: IncomingMessage, limits: Limits): Promise<Buffer> {
  const encoding = incoming.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity' && !knownEncodings.has(encoding)) {
    const detail = 'Content-Encoding may be gzip or deflate.'
    throw new ProblemError('unsupported-media-type', { detail })
  }
  const bytes = await readRaw(incoming, limits)
  return encoding === 'identity' ? bytes : decompress(bytes, encoding, limits.maxBodyBytes)
}
