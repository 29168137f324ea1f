import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket } from './support/raw-client.js'

let broker: RunningOurs
let socket: Socket
let received: Buffer

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(async () => {
  socket?.destroy()
  await broker.stop()
})

const connectBytes = mqttPacket.generate(connectPacket({ clientId: 'w' }))
const pingreq = Buffer.from([0xc0, 0])
const connackFrame = Buffer.from([0x82, 4, 0x20, 2, 0, 0])
const pingrespFrame = Buffer.from([0x82, 2, 0xd0, 0])

function frame(payload: Buffer, { opcode = 2, final = true, masked = true } = {}): Buffer {
  const mask = randomBytes(4)
  const size = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255]
  size[0] = (size[0] ?? 0) | (masked ? 128 : 0)
  const body = masked ? payload.map((byte, i) => byte ^ (mask[i & 3] ?? 0)) : payload
  return Buffer.concat([
    Buffer.from([(final ? 128 : 0) | opcode, ...size]),
    masked ? mask : Buffer.alloc(0),
    body,
  ])
}

async function handshake(headers: Record<string, string> = {}): Promise<string> {
  socket = connect(broker.wsPort, '127.0.0.1')
  socket.setNoDelay(true)
  received = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
  })
  const all = {
    Host: 'x',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Protocol': 'mqtt',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET /mqtt HTTP/1.1\r\n${lines.join('')}\r\n`)
  await until(() => received.includes('\r\n\r\n'))
  const head = received.subarray(0, received.indexOf('\r\n\r\n') + 4)
  received = received.subarray(head.length)
  return head.toString()
}

function until(probe: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (!probe()) return
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => reject(new Error(`got ${received.toString('hex')}`)), 25_000)
    socket.on('data', check).on('close', check)
    check()
  })
}

const got = (bytes: Buffer) => until(() => received.includes(bytes))
const ended = () => until(() => socket.closed)

describe('the handshake', () => {
  it('answers with the subprotocol', async () => {
    expect(await handshake()).toMatch(/^HTTP\/1.1 101 .*Sec-WebSocket-Protocol: mqtt\r\n/s)
  })

  it('picks mqtt among several', async () => {
    expect(await handshake({ 'Sec-WebSocket-Protocol': 'chat, mqtt' })).toMatch(/Protocol: mqtt\r\n/)
  })

  it('refuses another version and says which it wants', async () => {
    expect(await handshake({ 'Sec-WebSocket-Version': '8' })).toMatch(/^HTTP\/1.1 426 .*Version: 13/s)
  })

  it('refuses a bad key', async () => {
    expect(await handshake({ 'Sec-WebSocket-Key': 'short' })).toMatch(/^HTTP\/1.1 400 /)
  })
})

describe('frames', () => {
  it('may hold several packets', async () => {
    await handshake()
    socket.write(frame(Buffer.concat([connectBytes, pingreq, pingreq])))
    await got(connackFrame)
    await got(Buffer.concat([pingrespFrame, pingrespFrame]))
  })

  it('may each hold one byte of a packet, arriving one byte at a time', async () => {
    await handshake()
    for (const byte of [...connectBytes, ...pingreq])
      for (const part of frame(Buffer.from([byte]))) socket.write(Buffer.from([part]))
    await got(connackFrame)
    await got(pingrespFrame)
  })

  it('may be fragments of a message, with a ping between', async () => {
    await handshake()
    socket.write(frame(connectBytes.subarray(0, 5), { final: false }))
    socket.write(frame(Buffer.from('hi'), { opcode: 9 }))
    socket.write(frame(Buffer.alloc(0), { opcode: 0, final: false }))
    socket.write(frame(connectBytes.subarray(5), { opcode: 0 }))
    await got(Buffer.from([0x8a, 2, 104, 105]))
    await got(connackFrame)
  })

  it('of more than 125 bytes are read and written', async () => {
    await handshake()
    const subscribe = mqttPacket.generate({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'x', qos: 0 }],
    })
    const payload = randomBytes(300)
    const publish = mqttPacket.generate({
      cmd: 'publish',
      topic: 'x',
      payload,
      qos: 0,
      dup: false,
      retain: false,
    })
    socket.write(Buffer.concat([frame(connectBytes), frame(subscribe), frame(publish)]))
    await got(Buffer.concat([Buffer.from([0x82, 126, publish.length >> 8, publish.length & 255]), publish]))
  })

  it('of close are answered and end the connection', async () => {
    await handshake()
    socket.write(frame(connectBytes))
    await got(connackFrame)
    socket.write(frame(Buffer.from([0x03, 0xe8]), { opcode: 8 }))
    await got(Buffer.from([0x88, 2, 0x03, 0xe8]))
    await ended()
  })

  it.each([
    ['without a mask', frame(connectBytes, { masked: false }), 1002],
    ['of text', frame(connectBytes, { opcode: 1 }), 1003],
    ['with reserved bits', frame(connectBytes, { opcode: 0x42 }), 1002],
    ['of an unknown kind', frame(connectBytes, { opcode: 3 }), 1002],
    ['that continue nothing', frame(connectBytes, { opcode: 0 }), 1002],
    ['of ping in fragments', frame(Buffer.alloc(2), { opcode: 9, final: false }), 1002],
    ['of ping with 126 bytes', frame(Buffer.alloc(126), { opcode: 9 }), 1002],
    [
      'of a new message inside another',
      Buffer.concat([frame(connectBytes.subarray(0, 4), { final: false }), frame(connectBytes.subarray(4))]),
      1002,
    ],
  ])('%s end the connection with the right code', async (_name, bytes, code) => {
    await handshake()
    socket.write(bytes)
    await ended()
    expect(received.subarray(-4)).toEqual(Buffer.from([0x88, 2, code >> 8, code & 255]))
  })
})

describe('an idle connection', () => {
  const ping = Buffer.from([0x89, 0])

  async function connectIdle(): Promise<void> {
    await broker.stop()
    broker = await startOurs({ limits: { webSocketPingMs: 300 } })
    await handshake()
    socket.write(frame(connectBytes))
    await got(connackFrame)
  }

  it('is pinged again and again, and need not answer', async () => {
    await connectIdle()
    await until(() => received.equals(Buffer.concat([connackFrame, ping, ping, ping])))
    socket.write(frame(pingreq))
    await got(pingrespFrame)
    expect(broker.disconnects).toEqual([])
  })

  it('may answer', async () => {
    await connectIdle()
    await got(ping)
    socket.write(Buffer.concat([frame(Buffer.alloc(0), { opcode: 10 }), frame(pingreq)]))
    await got(pingrespFrame)
    await until(() => received.subarray(-2).equals(ping))
    expect(broker.disconnects).toEqual([])
  })

  it('is not kept alive by pings: its own keep-alive counts', async () => {
    await connectIdle()
    const dead = mqttPacket.generate(connectPacket({ clientId: 'dead', keepalive: 1 }))
    socket.destroy()
    await handshake()
    socket.write(frame(dead))
    await ended()
    expect(broker.disconnects.at(-1)).toMatchObject({ reason: 'keep_alive', client: { clientId: 'dead' } })
    expect(received.includes(ping)).toBe(true)
  })
})
