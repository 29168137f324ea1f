import { readBinaryHeader, signature } from './binary-header.js'
import { malformed } from './refused-header.js'
import { readTextHeader, textPrefix } from './text-header.js'

/** What the first bytes of a connection say about its client. */
export type ProxyHeader =
  | { state: 'incomplete' }
  /** `source` is the client's address; null for a connection of the proxy itself, or when the address is no IP address. */
  | { state: 'complete'; bytes: number; source: string | null }
  | { state: 'refused'; reason: 'malformed' | 'too_long'; detail: string }

/**
 * Reads a header of the PROXY protocol, version 1 or 2, from all bytes that have come so far, as haproxy specifies it
 * (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt). What follows the header is left alone. `maxBytes` bounds a header
 * of version 2; one of version 1 is never longer than 107 bytes.
 */
export function readProxyHeader(bytes: Buffer, maxBytes: number): ProxyHeader {
  if (beginsLike(bytes, signature)) return readBinaryHeader(bytes, maxBytes)
  if (beginsLike(bytes, textPrefix)) return readTextHeader(bytes)
  return malformed('it does not begin with a header; the proxy has to send one')
}

/** Whether the bytes begin with the prefix, as far as they have come. */
function beginsLike(bytes: Buffer, prefix: Buffer): boolean {
  const length = Math.min(bytes.length, prefix.length)
  return bytes.compare(prefix, 0, length, 0, length) === 0
}
