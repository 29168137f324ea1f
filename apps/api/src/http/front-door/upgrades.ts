import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** Whether a request asks for a WebSocket (RFC 6455, 4.1), and not for another protocol such as `h2c` or `TLS/1.2`. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Serves a request as if it had not asked for an upgrade, which a server may ignore (RFC 9110, 7.8). Node has given up the
 * connection by then, so it is handed over as a new one, with the head of the request, less its upgrade, put back.
 */
export function ignoreUpgrade(
  reconnect: (socket: Duplex) => void,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(request), 'latin1'), head]))
  reconnect(socket)
}

const upgradeFields = new Set(['upgrade', 'http2-settings'])

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const value = rawHeaders[index + 1] ?? ''
    if (upgradeFields.has(name.toLowerCase())) continue
    const kept = name.toLowerCase() === 'connection' ? connectionWithoutUpgrade(value) : value
    if (kept !== '' || value === '') text += `${name}: ${kept}\r\n`
  }
  return `${text}\r\n`
}

/** The options of a Connection field that are not about the upgrade. */
function connectionWithoutUpgrade(value: string): string {
  return value
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '' && !upgradeFields.has(option.toLowerCase()))
    .join(', ')
}
