import { EventEmitter, once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type Pace, RequestQueue } from './request-queue.js'

let server: http.Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A server that passes its requests through a queue to `serve`, and a connection to it. */
async function connect(serve: (request: IncomingMessage, response: ServerResponse) => void) {
  const queue = new RequestQueue(maxPipelinedRequests, (socket) => socket.destroy(), unpaced)
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
const unpaced = { waitMs: () => 0 }

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

it('starts one request of an address in a turn, and lets addresses take turns', async () => {
  const { queue, started, submit } = queueOf(unpaced)
  for (let count = 0; count < 40; count++) submit(queue, 'greedy')
  submit(queue, 'other')
  const inFirstTurn = started.length
  expect(inFirstTurn).toBe(1)
  await nextTurn()
  await nextTurn()
  expect(started.slice(inFirstTurn, inFirstTurn + 2)).toContain('other')
  while (started.length < 41) await nextTurn()
})

it('does not start what its client has given up', async () => {
  const queue = new RequestQueue(maxPipelinedRequests, (socket) => socket.destroy(), unpaced)
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

it('starts few requests in a turn, of however many addresses', async () => {
  const { queue, started, submit } = queueOf(unpaced)
  for (let count = 0; count < 40; count++) submit(queue, `address ${count}`)
  expect(started).toHaveLength(4)
  while (started.length < 40) await nextTurn()
})

it('lets the requests of an address wait as long as its pace says, and those of others not', async () => {
  let waitMs = 20
  const { queue, started, submit } = queueOf({ waitMs: (address) => (address === 'refused' ? waitMs : 0) })
  for (let count = 0; count < 3; count++) submit(queue, 'refused')
  submit(queue, 'other')
  await nextTurn()
  expect(started).toEqual(['other'])
  waitMs = 0
  while (started.length < 4) await nextTurn()
  expect(started).toEqual(['other', 'refused', 'refused', 'refused'])
})

function queueOf(pace: Pace) {
  const started: string[] = []
  const queue = new RequestQueue(maxPipelinedRequests, (socket) => socket.destroy(), pace)
  const submit = (into: RequestQueue, address: string) => {
    const socket = Object.assign(new EventEmitter(), { resume: () => {} })
    const response = Object.assign(new EventEmitter(), { destroyed: false })
    into.submit({ socket } as never, response as never, address, () => started.push(address))
  }
  return { queue, started, submit }
}
