import { EventEmitter, once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { RequestQueue } from './request-queue.js'

let server: http.Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A server that passes its requests through a queue to `serve`, and a connection to it. */
async function connect(serve: (request: IncomingMessage, response: ServerResponse) => void) {
  const queue = new RequestQueue(maxPipelinedRequests, (socket) => socket.destroy())
  server = http.createServer((request, response) =>
    queue.submit(request, response, '', () => serve(request, response)),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  return socket
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

const maxPipelinedRequests = 64

describe('requests of one connection', () => {
  it('are served one at a time, in their order', async () => {
    let inWork = 0
    let mostInWork = 0
    const socket = await connect(async ({ url }, response) => {
      inWork += 1
      mostInWork = Math.max(mostInWork, inWork)
      await nextTurn()
      inWork -= 1
      response.end(`answer ${url};`)
    })
    const paths = Array.from({ length: 40 }, (_, index) => `/${index}`)
    socket.write(paths.map(get).join(''))
    let text = ''
    for await (const chunk of socket) {
      text += chunk
      if (text.includes('answer /39;')) break
    }
    expect(text.match(/answer [^;]+/g)).toEqual(paths.map((path) => `answer ${path}`))
    expect(mostInWork).toBe(1)
  })

  it('end their connection when too many wait', async () => {
    let served = 0
    const socket = await connect(() => {
      served += 1
    })
    socket.write(get('/').repeat(maxPipelinedRequests + 2))
    await once(socket, 'close')
    expect(served).toBe(1)
  })

  it('go on after a pause', async () => {
    const socket = await connect((_, response) => response.end('yes'))
    for (let round = 0; round < 3; round++) {
      socket.write(get('/').repeat(3))
      let answers = 0
      while (answers < 3) {
        const [chunk] = (await once(socket, 'data')) as [Buffer]
        answers += chunk.toString().match(/yes/g)?.length ?? 0
      }
    }
    socket.destroy()
  })
})

it('starts few requests in a turn, and lets addresses take turns', async () => {
  const queue = new RequestQueue(maxPipelinedRequests, (socket) => socket.destroy())
  const started: string[] = []
  const submit = (address: string) => {
    const socket = Object.assign(new EventEmitter(), { resume: () => {} })
    const response = Object.assign(new EventEmitter(), { destroyed: false })
    queue.submit({ socket } as never, response as never, address, () => started.push(address))
  }
  for (let count = 0; count < 40; count++) submit('greedy')
  submit('other')
  const inFirstTurn = started.length
  expect(inFirstTurn).toBeLessThan(40)
  await nextTurn()
  await nextTurn()
  expect(started.slice(inFirstTurn, inFirstTurn + 2)).toContain('other')
  while (started.length < 41) await nextTurn()
})

it('does not start what its client has given up', async () => {
  const queue = new RequestQueue(maxPipelinedRequests, (socket) => socket.destroy())
  const started: number[] = []
  const responses = Array.from({ length: 40 }, (_, index) => {
    const socket = Object.assign(new EventEmitter(), { resume: () => {} })
    const response = Object.assign(new EventEmitter(), { destroyed: false })
    queue.submit({ socket } as never, response as never, 'a', () => started.push(index))
    return response
  })
  const last = responses.at(-1)
  if (last) last.destroyed = true
  while (started.length < 39) await nextTurn()
  await nextTurn()
  expect(started).not.toContain(39)
})
