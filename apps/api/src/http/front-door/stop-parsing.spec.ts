import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { stopParsingWhenDestroyed } from './stop-parsing.js'

let server: http.Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

/** Sends so many requests at once to a server that ends the connection at the third, and returns how many it saw. */
async function requestsSeen(count: number): Promise<number> {
  let seen = 0
  server = http.createServer((request) => {
    seen += 1
    if (seen === 3) request.socket.destroy()
  })
  server.on('connection', stopParsingWhenDestroyed)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(get.repeat(count))
  await once(socket, 'close')
  return seen
}

it('sees no request behind the one at which its connection was ended', async () => {
  expect(await requestsSeen(500)).toBe(3)
})
