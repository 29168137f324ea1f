import net from 'node:net'
import { attackerAddress } from './address.mjs'

/**
 * A connection that sends raw text, and counts the status of each answer when it reads. It resolves when the connection ends.
 * @param {{ http: number }} target
 */
export function rawHttp({ http: port }, told, bytes, { reads = true } = {}) {
  const socket = net.connect({ host: '127.0.0.1', port, localAddress: attackerAddress })
  socket.on('error', () => undefined)
  if (reads) socket.on('data', (chunk) => countStatuses(chunk, told))
  // Without reading the end is not seen either, but writing into a closed connection fails.
  else socket.pause()
  socket.write(bytes)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  void closed.then(() => told.count('connection closed'))
  return { socket, closed }
}

/** Keeps so many connections open, and opens others for those that end, at most one in each `everyMs`. */
export async function keepOpen(count, { everyMs }, open) {
  let current = 0
  setInterval(() => {
    if (current >= count) return
    current += 1
    void open().closed.then(() => {
      current -= 1
    })
  }, everyMs)
}

/** The head of a request. */
export function requestHead(method, path, headers = {}) {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`)
  return [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}

/** A status line that two chunks share is not counted. */
function countStatuses(chunk, told) {
  for (const [, status] of chunk.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) /g))
    told.count(`HTTP ${status}`)
}
