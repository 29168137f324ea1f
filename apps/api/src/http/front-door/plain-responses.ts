import { createHash } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Problem } from '@heliograph/protocol'
import { hideSecrets } from '../../foundation/secrets/hide-secrets.js'

/** Sends a problem (RFC 9457) outside of Nest. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
  headers: Record<string, string> = {},
  more: Partial<Problem> = {},
): void {
  const told = { title: STATUS_CODES[status], status, detail: hideSecrets(detail), code }
  const body = JSON.stringify({ type: 'about:blank', ...told, ...more })
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(body)
}

/** Refuses a method, and says which the address supports. */
export function sendWrongMethod(response: ServerResponse, allowed: readonly string[]): void {
  const detail = `This address does not support the method. It supports ${allowed.join(', ')}.`
  sendProblem(response, 405, 'method_not_allowed', detail, { allow: allowed.join(', ') })
}

/** Answers while the web process is away: a page that reloads itself, or a problem. */
export function sendPageUnavailable(
  request: IncomingMessage,
  response: ServerResponse,
  status: 502 | 503 | 504,
): void {
  if (response.headersSent) return void response.destroy()
  if (!(request.headers.accept ?? '').includes('text/html')) {
    const detail =
      'The pages do not answer at the moment. Devices and the REST interface still work. Try again in a few seconds.'
    sendProblem(response, status, 'web_unavailable', detail, { 'retry-after': '3' })
    return
  }
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(unavailablePage),
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'retry-after': '3',
    'x-content-type-options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : unavailablePage)
}

/** Refuses an upgrade, with the reason as plain text if there is one, and closes its socket. */
export function refuseUpgrade(socket: Duplex, status: number, reason = ''): void {
  if (!socket.writable) return void socket.destroy()
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(reason)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${reason}`, () => socket.destroy())
}

const unavailableStyle = `
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center }
  main { max-width: 26rem; padding: 1.5rem }
  h1 { font-size: 1.25rem; margin: 0 0 .5rem }
  p { margin: 0; opacity: .8 }
`
const styleHash = createHash('sha256').update(unavailableStyle).digest('base64')

const unavailablePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>Heliograph is starting</title>
<style>${unavailableStyle}</style>
</head>
<body>
<main>
<h1>The pages are starting</h1>
<p>This takes a few seconds, and the page loads again by itself. Devices stay connected meanwhile.</p>
</main>
</body>
</html>
`
