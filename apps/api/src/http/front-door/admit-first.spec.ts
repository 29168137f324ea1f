import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { admitFirst } from './admit-first.js'

let server: http.Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** What a client is answered, and for each connection whether it was given a parser. */
async function visit(isAdmitted: boolean): Promise<{ answer: string; parsers: boolean[] }> {
  const seen: Socket[] = []
  server = http.createServer((_, response) => response.end('welcome'))
  admitFirst(server, 'connection', (socket) => {
    seen.push(socket)
    if (!isAdmitted) socket.destroy()
    return isAdmitted
  })
  const parsers: boolean[] = []
  server.on('connection', (socket) => parsers.push('parser' in socket && socket.parser != null))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => {})
  let answer = ''
  client.on('data', (chunk) => {
    answer += chunk
  })
  client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await once(client, 'close')
  expect(seen).toHaveLength(1)
  return { answer, parsers }
}

it('serves a connection that is admitted', async () => {
  const { answer, parsers } = await visit(true)
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(parsers).toEqual([true])
})

it('makes no parser for a connection that is refused', async () => {
  expect(await visit(false)).toEqual({ answer: '', parsers: [false] })
})
