import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { TooLargeError, UnsupportedMediaError } from '../../foundation/errors/domain-errors.js'
import { RefusedError } from '../samples/sample.js'

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip)
const inflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate)
const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw)

/**
 * Undoes the Content-Encoding of a body (RFC 9110, 8.4). It stops at the first byte beyond `maxBytes`, however small the
 * body is. Throws an UnsupportedMediaError for another encoding, a TooLargeError, or a RefusedError for a damaged body.
 */
export async function decompress(
  body: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const encoding = contentEncoding?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return body
  try {
    return await decoderOf(encoding, body)(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if (!isZlibError(error)) throw error
    if (error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new TooLargeError(`The body is larger than ${maxBytes} bytes after decompression.`)
    const detail = `the payload is not valid ${encoding}: ${error.message}`
    throw new RefusedError({ code: 'payload_invalid', detail, malformed: true })
  }
}

function decoderOf(encoding: string, body: Buffer) {
  if (encoding === 'gzip' || encoding === 'x-gzip') return gunzip
  if (encoding === 'deflate') return hasZlibHeader(body) ? inflate : inflateRaw
  throw new UnsupportedMediaError(
    `The content encoding ${JSON.stringify(encoding)} is not supported; send the body with gzip, deflate or none.`,
    'unsupported_encoding',
    'gzip, deflate',
  )
}

/** Deflate means the zlib format, but many programs send it without its header (RFC 9110, 8.4.1.2). */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && ((body[0] as number) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && /^(?:Z_|ERR_BUFFER_TOO_LARGE$)/.test(String(error.code))
}
