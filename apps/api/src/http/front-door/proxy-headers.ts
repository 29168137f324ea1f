import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Client } from './client.js'

/** Headers that apply to one connection only (RFC 9110, 7.6.1). */
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

/** Never dropped: without it, the body of a request would be read as the next request. */
const framing = 'content-length'

/**
 * The headers for the web process: those of the client, forwarding headers with its address, and the path below which browsers
 * see the pages.
 */
export function requestHeaders(
  request: IncomingMessage,
  client: Client,
  basePath: string,
): OutgoingHttpHeaders {
  const named = connectionOptions(request.headers.connection)
  const headers: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (!hopByHop.has(name) && !named.has(name)) headers[name] = value
  }
  // When a body has no length, only the encoding shows that there is a body.
  if (request.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked'
  headers['x-forwarded-for'] = client.address
  headers['x-forwarded-proto'] = client.protocol
  if (client.host !== '') headers['x-forwarded-host'] = client.host
  // The path is ours to tell: a client's would have pages name files elsewhere.
  if (basePath === '') delete headers['x-forwarded-prefix']
  else headers['x-forwarded-prefix'] = basePath
  return headers
}

/** The headers of an answer without those of the connection. Repeated headers stay repeated. */
export function responseHeaders(rawHeaders: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string[]> = {}
  for (const [name, value] of endToEndHeaders(rawHeaders)) {
    const key = name.toLowerCase()
    headers[key] = [...(headers[key] ?? []), value]
  }
  return headers
}

/** Pairs up raw headers (name, value, name, value, …) and leaves out those of the connection. */
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
