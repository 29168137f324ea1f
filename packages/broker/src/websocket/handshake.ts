import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Handshake = { ok: true; answer: string } | { ok: false; answer: string; detail: string }

/**
 * Checks an upgrade request (RFC 6455, section 4.2) that must offer the subprotocol `mqtt` [MQTT-6.0.0-3]. A refusal names
 * `path`, where MQTT is.
 */
export function answerHandshake(request: IncomingMessage, path?: string): Handshake {
  const headers = request.headers
  const key = headers['sec-websocket-key']
  const refuse = (status: string, detail: string, extra?: string) => refusal({ status, detail, path, extra })
  if (request.method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') {
    return refuse('400 Bad Request', 'not a WebSocket upgrade')
  }
  if (headers['sec-websocket-version'] !== '13') {
    return refuse('426 Upgrade Required', 'WebSocket version', 'Sec-WebSocket-Version: 13\r\n')
  }
  if (typeof key !== 'string' || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    return refuse('400 Bad Request', 'Sec-WebSocket-Key')
  }
  const protocol = chooseSubprotocol(headers['sec-websocket-protocol'])
  if (protocol === undefined) return refuse('400 Bad Request', 'subprotocol mqtt is not offered')
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return {
    ok: true,
    answer:
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  }
}

// Clients of MQTT 3.1 offer the second name.
const subprotocols = ['mqtt', 'mqttv3.1']

/** The name is matched in any case of letters, and answered as it was offered: clients compare it letter by letter. */
function chooseSubprotocol(header = ''): string | undefined {
  const offered = header.split(',').map((name) => name.trim())
  for (const wanted of subprotocols) {
    const match = offered.find((name) => name.toLowerCase() === wanted)
    if (match !== undefined) return match
  }
  return undefined
}

interface Refused {
  status: string
  detail: string
  path: string | undefined
  extra: string | undefined
}

function refusal({ status, detail, path, extra = '' }: Refused): Handshake {
  const where =
    path === undefined ? '' : `MQTT over WebSocket is at the path ${path}, with the subprotocol mqtt.\n`
  const body = `${detail}\n${where}`
  return {
    ok: false,
    detail,
    answer:
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n${extra}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  }
}
