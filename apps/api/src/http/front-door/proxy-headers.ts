import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Client } from './client.js'

/** Headers that speak of one connection only (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Says where a body ends. A client that could have it taken away would have its body read as a request. */
const framing = 'content-length'

/** What the web process is sent: the client's own headers, and who the client is in our words. */
export function requestHeaders(request: IncomingMessage, client: Client): OutgoingHttpHeaders {
  const named = connectionOptions(request.headers.connection)
  const headers: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (!hopByHop.has(name) && !named.has(name)) headers[name] = value
  }
  // Of a body without a length, the encoding is all that says there is one.
  if (request.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked'
  headers['x-forwarded-for'] = client.address
  headers['x-forwarded-proto'] = client.protocol
  if (client.host !== '') headers['x-forwarded-host'] = client.host
  return headers
}

/** The headers of an answer without those of the connection; what comes more than once stays so. */
export function responseHeaders(rawHeaders: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string[]> = {}
  for (const [name, value] of endToEndHeaders(rawHeaders)) {
    const key = name.toLowerCase()
    headers[key] = [...(headers[key] ?? []), value]
  }
  return headers
}

/** Of raw headers (name, value, name, value, …), the pairs that are not the connection's. */
export function endToEndHeaders(rawHeaders: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  const named = connectionOptions(
    pairs
      .filter(([name]) => name.toLowerCase() === 'connection')
      .map(([, value]) => value)
      .join(','),
  )
  return pairs.filter(([name]) => !hopByHop.has(name.toLowerCase()) && !named.has(name.toLowerCase()))
}

function connectionOptions(connection: string | undefined): Set<string> {
  const options = (connection ?? '').split(',').map((option) => option.trim().toLowerCase())
  return new Set(options.filter((option) => option !== framing))
}
