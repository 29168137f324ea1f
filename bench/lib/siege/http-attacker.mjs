import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { attackerAddress } from './address.mjs'

/** How long it takes to see what was held back from connections that did not read. */
const lookMs = 1_500

/** Connections that do not read. */
const unread = new Set()

/**
 * A connection that sends raw bytes, and counts the status of each answer; without `reads`, only once `readAll` is called.
 * `closed` resolves when it ends.
 * @param {{ http: number }} target
 */
export function rawHttp({ http: port }, told, bytes, { reads = true } = {}) {
  const socket = net.connect({ host: '127.0.0.1', port, localAddress: attackerAddress })
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => countStatuses(chunk, told))
  if (!reads) {
    socket.pause()
    unread.add(socket)
  }
  socket.write(bytes)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  void closed.then(() => {
    unread.delete(socket)
    told.count('connection closed')
  })
  return { closed }
}

/** Reads what the platform had answered on the connections that did not read, before it is reported. */
export async function readAll() {
  for (const socket of unread) socket.resume()
  if (unread.size > 0) await sleep(lookMs)
}

/** Keeps so many connections open, and opens others for those that end, at most one in each `everyMs`. */
export function keepOpen(count, { everyMs }, open) {
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
