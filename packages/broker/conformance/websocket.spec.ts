import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import { type FrameSocket, openFrames, upgrade } from './support/frames.js'

const binary = 2
const text = 1
const continuation = 0
const pingresp = Buffer.of(0xd0, 0)

conformance(
  { mqtt311: 'MQTT-6.0.0-1', mqtt5: 'MQTT-6.0.0-1' },
  'a text frame ends the connection, as first frame and later',
  async (bench) => {
    const first = await frames(bench)
    first.send(text, bench.bytes.connect({ clientId: bench.id() }))
    expect(await first.ended()).toEqual([])
    const later = await frames(bench)
    later.send(binary, bench.bytes.connect({ clientId: bench.id() }))
    expect(await later.message()).toEqual(await connackOf(bench))
    later.send(text, bytes.pingreq)
    expect(withoutFarewell(bench, await later.ended())).toEqual([])
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-1', mqtt5: 'MQTT-6.0.0-1' },
  'a text message in fragments ends the connection',
  async (bench) => {
    const socket = await frames(bench)
    socket.send(binary, bench.bytes.connect({ clientId: bench.id() }))
    await socket.message()
    socket.send(text, Buffer.of(0xc0), { final: false })
    socket.send(continuation, Buffer.of(0x00))
    expect(withoutFarewell(bench, await socket.ended())).toEqual([])
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-1', mqtt5: 'MQTT-6.0.0-1' },
  'the broker sends binary, unmasked frames',
  async (bench) => {
    const socket = await frames(bench)
    socket.send(binary, bench.bytes.connect({ clientId: bench.id() }))
    await socket.message()
    socket.send(binary, bench.bytes.subscribe(1, [bench.topic, 0]))
    await socket.message()
    for (const size of [0, 200, 70_000]) {
      socket.send(binary, bench.bytes.publish(bench.topic, 'x'.repeat(size)))
      expect(await socket.message()).toEqual(bench.bytes.publish(bench.topic, 'x'.repeat(size)))
    }
    expect(new Set(socket.opcodes)).toEqual(new Set([binary]))
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-2', mqtt5: 'MQTT-6.0.0-2' },
  'several packets in one frame',
  async (bench) => {
    const socket = await frames(bench)
    socket.send(
      binary,
      Buffer.concat([bench.bytes.connect({ clientId: bench.id() }), bytes.pingreq, bytes.pingreq]),
    )
    const expected = Buffer.concat([await connackOf(bench), pingresp, pingresp])
    expect(await socket.bytes(expected.length)).toEqual(expected)
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-2', mqtt5: 'MQTT-6.0.0-2' },
  'one byte a frame, and frames that begin anywhere in a packet',
  async (bench) => {
    const stream = Buffer.concat([
      bench.bytes.connect({ clientId: bench.id() }),
      bench.bytes.subscribe(1, [bench.topic, 0]),
      bench.bytes.publish(bench.topic, 'x'.repeat(200)),
      bytes.pingreq,
    ])
    const expected = Buffer.concat([
      await connackOf(bench),
      Buffer.from(bench.standard === 'mqtt5' ? '900400010000' : '9003000100', 'hex'),
      bench.bytes.publish(bench.topic, 'x'.repeat(200)),
      pingresp,
    ])
    for (const size of [1, 2, 3, 7, 50]) {
      const socket = await frames(bench)
      for (let at = 0; at < stream.length; at += size) socket.send(binary, stream.subarray(at, at + size))
      expect(await socket.bytes(expected.length)).toEqual(expected)
    }
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-2', mqtt5: 'MQTT-6.0.0-2' },
  'fragmented messages, empty frames and control frames in between',
  async (bench) => {
    const socket = await frames(bench)
    const connect = bench.bytes.connect({ clientId: bench.id() })
    socket.send(binary, connect.subarray(0, 5), { final: false })
    socket.send(9, Buffer.from('are you there'))
    socket.send(continuation, Buffer.alloc(0), { final: false })
    socket.send(continuation, connect.subarray(5))
    socket.send(binary, Buffer.alloc(0))
    socket.send(binary, bytes.pingreq)
    const expected = Buffer.concat([await connackOf(bench), pingresp])
    expect(await socket.bytes(expected.length)).toEqual(expected)
    expect(socket.opcodes).toContain(10)
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-2', mqtt5: 'MQTT-6.0.0-2' },
  'frames split over any number of writes of the socket',
  async (bench) => {
    const socket = await frames(bench)
    const stream = Buffer.concat([bench.bytes.connect({ clientId: bench.id() }), bytes.pingreq])
    for (const byte of socket.frame(binary, stream)) socket.write(Buffer.of(byte))
    const expected = Buffer.concat([await connackOf(bench), pingresp])
    expect(await socket.bytes(expected.length)).toEqual(expected)
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: ['MQTT-6.0.0-3', 'MQTT-6.0.0-4'], mqtt5: ['MQTT-6.0.0-3', 'MQTT-6.0.0-4'] },
  'of the subprotocols offered the broker chooses mqtt',
  async (bench) => {
    for (const offered of ['mqtt', 'mqtt, other', 'other, mqtt', 'other,mqtt', 'mqttv3.1, mqtt']) {
      const answer = await upgrade(bench.target.wsPort, { 'Sec-WebSocket-Protocol': offered })
      answer.socket.destroy()
      expect([answer.status, answer.headers.get('sec-websocket-protocol')], offered).toEqual([101, 'mqtt'])
    }
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: ['MQTT-6.0.0-3', 'MQTT-6.0.0-4'], mqtt5: ['MQTT-6.0.0-3', 'MQTT-6.0.0-4'] },
  'the broker answers with the name of the subprotocol as the client spells it',
  async (bench) => {
    for (const offered of ['MQTT', 'Mqtt', 'mqttv3.1', 'MQTTv3.1']) {
      const answer = await upgrade(bench.target.wsPort, { 'Sec-WebSocket-Protocol': `other, ${offered}` })
      answer.socket.destroy()
      expect([answer.status, answer.headers.get('sec-websocket-protocol')]).toEqual([101, offered])
    }
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-3', mqtt5: 'MQTT-6.0.0-3' },
  'a WebSocket that does not offer mqtt is refused',
  async (bench) => {
    for (const offered of [undefined, 'other', 'MQTT5', 'mqttx']) {
      const answer = await upgrade(bench.target.wsPort, offered ? { 'Sec-WebSocket-Protocol': offered } : {})
      answer.socket.destroy()
      expect(answer.status, offered).toBeGreaterThanOrEqual(400)
    }
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-1', mqtt5: 'MQTT-6.0.0-1' },
  'frames that break RFC 6455 end the connection',
  async (bench) => {
    const connect = bench.bytes.connect({ clientId: bench.id() })
    const unmasked = Buffer.concat([Buffer.of(0x82, connect.length), connect])
    const broken: Record<string, (socket: FrameSocket) => void> = {
      'no mask': (socket) => socket.write(unmasked),
      'a reserved bit': (socket) => socket.send(binary | 0x40, connect),
      'a reserved data opcode': (socket) => socket.send(3, connect),
      'a reserved control opcode': (socket) => socket.send(11, Buffer.alloc(0)),
      'a continuation of nothing': (socket) => socket.send(continuation, connect),
      'a new message within one': (socket) => {
        socket.send(binary, connect.subarray(0, 4), { final: false })
        socket.send(binary, connect.subarray(4))
      },
      'a ping in fragments': (socket) => socket.send(9, Buffer.of(1), { final: false }),
      'a ping of 126 bytes': (socket) => socket.send(9, Buffer.alloc(126)),
    }
    for (const [what, send] of Object.entries(broken)) {
      const socket = await frames(bench)
      send(socket)
      expect(await socket.ended(), what).toEqual([])
    }
  },
  { only: 'ws' },
)

conformance(
  { mqtt311: 'MQTT-6.0.0-1', mqtt5: 'MQTT-6.0.0-1' },
  'a close frame is answered, ends the connection, and is no DISCONNECT',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const socket = await frames(bench)
    const will = { topic: bench.topic, payload: 'gone', qos: 1 }
    socket.send(binary, bench.bytes.connect({ clientId: bench.id(), will }))
    await socket.message()
    socket.send(8, Buffer.of(3, 232))
    expect(await socket.ended()).toEqual([])
    expect(socket.opcodes).toContain(8)
    expect((await watcher.receive()).payload).toBe('gone')
  },
  { only: 'ws' },
)

async function frames(bench: Bench): Promise<FrameSocket> {
  const socket = await openFrames(bench.target.wsPort)
  bench.defer(() => socket.drop())
  return socket
}

/** The CONNACK that a plain client gets. */
async function connackOf(bench: Bench): Promise<Buffer> {
  const { connack } = await bench.enter()
  return connack.raw
}

/** With MQTT 5 the broker may say by DISCONNECT why it ends the connection. */
function withoutFarewell(bench: Bench, last: Buffer[]): Buffer[] {
  return last.filter((packet) => bench.standard !== 'mqtt5' || packet[0] !== 0xe0)
}
