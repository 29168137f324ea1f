import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** Whether Node has given up a request because it did not come in time. */
export function isSlow({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_HTTP_REQUEST_TIMEOUT'
}

/** How long the rest of what a client sends is read, as unread bytes would reset the connection before it has the answer. */
const lingerMs = 1_000

/**
 * Answers bytes that are no request, and ends their connection. Node leaves the socket open for what the client still sends,
 * so whoever goes on sending would keep it for ever.
 */
export function answerBadRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : isSlow(error) ? 408 : 400
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(timer))
}
