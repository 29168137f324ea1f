import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import mqttPacket from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Message } from '../messages/message.js'
import { frameHeaderBytes, writeFrameHeader } from '../websocket/frame.js'
import { OutgoingQueue } from './outgoing-queue.js'

/** Takes bytes only when told to, and holds on to them by reference until then. */
class StuckStream extends Duplex {
  readonly taken: Buffer[] = []
  #done: (() => void) | null = null

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.taken.push(chunk)
    this.#done = done
  }

  async takeAll(): Promise<Buffer> {
    while (this.#done) {
      const done = this.#done
      this.#done = null
      done()
      await turn()
    }
    return Buffer.concat(this.taken)
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

function messageOf(size: number, fill: number): Message {
  return Message.of({ topic: `to/${fill}`, payload: Buffer.alloc(size, fill), qos: 1, retain: false })
}

function encoded(message: Message, qos: 0 | 1, messageId: number, framed: boolean): Buffer {
  const { topic, payload } = message
  const packet = mqttPacket.generate({
    cmd: 'publish',
    topic,
    payload,
    qos,
    messageId,
    dup: false,
    retain: false,
  })
  if (!framed) return packet
  const header = Buffer.alloc(frameHeaderBytes(packet.length))
  writeFrameHeader(header, 0, packet.length)
  return Buffer.concat([header, packet])
}

const sizes = [0, 10, 8_191, 8_192, 40_000, 3, 70_000, 70_001, 100, 31_000, 2_000, 1_048_576, 5]

/** Adds small and large messages for it alone, shared ones and acknowledgements; returns the bytes that must come. */
function addEverything(out: OutgoingQueue, framed: boolean, round: number): Buffer {
  const wanted: Buffer[] = []
  for (const [i, size] of sizes.entries()) {
    const message = messageOf(size, (round * 31 + i) & 127)
    out.publish(message, 2, i + 1)
    wanted.push(encoded(message, 1, i + 1, framed))
    if (i % 2 === 0) {
      out.shared(message.frame(4))
      wanted.push(encoded(message, 0, 0, framed))
    }
    if (i % 3 === 0) {
      out.acknowledge(0x40, 7)
      wanted.push(framed ? Buffer.from([0x82, 4, 0x40, 2, 0, 7]) : Buffer.from([0x40, 2, 0, 7]))
    }
  }
  return Buffer.concat(wanted)
}

describe('OutgoingQueue', () => {
  it.each([false, true])('writes messages of all sizes in order (framed: %s)', async (framed) => {
    const stream = new StuckStream()
    const out = new OutgoingQueue(stream, framed ? 'ws' : 'tcp')
    const wanted = addEverything(out, framed, 1)
    expect(out.backlogBytes).toBe(wanted.length)
    await turn()
    expect((await stream.takeAll()).equals(wanted)).toBe(true)
    expect(out.bytesWritten).toBe(wanted.length)
    expect(out.backlogBytes).toBe(0)
  })

  it('passes on a large payload as it is', async () => {
    const stream = new StuckStream()
    const message = messageOf(100_000, 1)
    new OutgoingQueue(stream, 'ws').publish(message, 0, 0)
    await turn()
    await stream.takeAll()
    expect(stream.taken.at(-1)?.buffer).toBe(message.bytes.buffer.buffer)
  })

  it('says when a socket took all at once', async () => {
    let taken = 0
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    new OutgoingQueue(stream, 'tcp', { drained: () => taken++ }).acknowledge(0x40, 1)
    await turn()
    expect(taken).toBe(1)
  })

  it('takes little memory for a few bytes to thousands of clients in one turn', async () => {
    const streams = Array.from({ length: 2_000 }, () => new StuckStream())
    for (const stream of streams) new OutgoingQueue(stream, 'ws').acknowledge(0x40, 1)
    await turn()
    for (const stream of streams) await stream.takeAll()
    const used = new Set(streams.flatMap(({ taken }) => taken.map(({ buffer }) => buffer)))
    const usedBytes = [...used].reduce((sum, { byteLength }) => sum + byteLength, 0)
    // Of 512 bytes each, but for the few whole chunks that lay ready.
    expect(usedBytes).toBeLessThan(2_000 * 512 + 256 * 16_384 + 65_536)
  })

  it('writes nothing after it was closed', async () => {
    const stream = new StuckStream()
    const out = new OutgoingQueue(stream, 'ws')
    addEverything(out, true, 1)
    out.close()
    addEverything(out, true, 2)
    await turn()
    expect([stream.taken.length, out.backlogBytes]).toEqual([0, 0])
  })
})

describe('OutgoingQueue on sockets', () => {
  let server: Server
  let clients: Socket[] = []
  const accepted: Socket[] = []

  beforeEach(async () => {
    server = createServer((socket) => accepted.push(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })

  afterEach(() => {
    for (const socket of [...clients, ...accepted]) socket.destroy()
    server.close()
    clients = []
    accepted.length = 0
  })

  it('never writes into bytes that a peer has not taken yet', async () => {
    const { port } = server.address() as AddressInfo
    clients = [0, 1, 2].map(() => connect(port, '127.0.0.1').pause())
    while (accepted.length < clients.length) await turn()
    const ports = clients.map((client) => client.localPort)
    const queues = ports.map((port) => {
      const socket = accepted.find(({ remotePort }) => remotePort === port) as Socket
      return new OutgoingQueue(socket, 'ws')
    })
    const wanted: Buffer[][] = queues.map(() => [])
    // The first does not read at all, so it falls behind while the others give their chunks back and take new ones.
    for (const client of clients.slice(1)) client.resume()
    const received = clients.map((client) => {
      const chunks: Buffer[] = []
      client.on('data', (chunk) => chunks.push(chunk))
      return chunks
    })
    clients[0]?.pause()
    for (let round = 0; round < 12; round++) {
      for (const [i, out] of queues.entries()) wanted[i]?.push(addEverything(out, true, round * 3 + i))
      await turn()
    }
    clients[0]?.resume()
    for (const [i, chunks] of received.entries()) {
      const all = Buffer.concat(wanted[i] ?? [])
      while (chunks.reduce((sum, { length }) => sum + length, 0) < all.length) await turn()
      expect(Buffer.concat(chunks).equals(all)).toBe(true)
    }
  })
})
