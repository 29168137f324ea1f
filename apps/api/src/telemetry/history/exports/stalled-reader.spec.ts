import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, expect, it } from 'vitest'
import { disconnectStalledReader } from './stalled-reader.js'

const stalledMs = 50
const chunk = Buffer.alloc(65_536)
let server: http.Server
let connection: Socket

afterEach(() => server?.close())

/** A server that answers with what `chunks` gives; resolves with the response and whether it was written to its end. */
async function serve(chunks: () => AsyncIterable<Buffer>) {
  let settle: (whole: boolean) => void = () => {}
  const whole = new Promise<boolean>((resolve) => {
    settle = resolve
  })
  server = http.createServer((_, response) => {
    disconnectStalledReader(response, stalledMs)
    pipeline(Readable.from(chunks()), response).then(
      () => settle(true),
      () => settle(false),
    )
  })
  server.on('connection', (socket) => {
    connection = socket
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const request = http.get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return { response, whole }
}

it('cuts off a reader that takes nothing', async () => {
  const { response, whole } = await serve(async function* () {
    for (;;) yield chunk
  })
  response.on('error', () => {})
  expect(await whole).toBe(false)
})

it('has patience with a reader for whom there is nothing yet', async () => {
  const { response, whole } = await serve(async function* () {
    yield chunk
    // The socket tells of each while in which nothing went over it.
    await once(connection, 'timeout')
    yield chunk
  })
  let taken = 0
  for await (const part of response) taken += part.length
  expect(await whole).toBe(true)
  expect(taken).toBe(2 * chunk.length)
})
