import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { acknowledge, auth, disconnectWith } from './support/bytes-5.js'
import { conformance } from './support/conformance.js'
import { property } from './support/property.js'

conformance(
  { mqtt5: ['MQTT-4.13.1-1', 'MQTT-4.13.2-1', 'MQTT-3.14.2-1', 'MQTT-3.14.4-2'] },
  'DISCONNECT says what was wrong, then the connection ends',
  async (bench) => {
    const publish = bench.bytes.publish
    const violations: [code: number, what: string, packet: Buffer][] = [
      [0x81, 'reserved flags', bytes.packet(0x80, bytes.uint16(1))],
      [0x81, 'QoS 3', bytes.packet(0x36, bytes.field('a'), bytes.uint16(1), Buffer.of(0))],
      [0x81, 'a topic cut short', bytes.packet(0x30, Buffer.of(0, 9, 97))],
      [0x81, 'an unknown property', publish('a', '', { properties: [Buffer.of(0x7e, 0)] })],
      [0x81, 'reserved options', bench.bytes.subscribe(1, ['a', 0x40])],
      [0x82, 'a second CONNECT', bench.bytes.connect({ clientId: bench.id() })],
      [0x82, 'no filter', bench.bytes.subscribe(1)],
      [0x82, 'no filter to remove', bench.bytes.unsubscribe(1)],
      [0x82, 'two content types', publish('a', '', { properties: [contentType, contentType] })],
      [0x82, 'no topic', publish('', 'x')],
      [0x82, 'AUTH', auth(0x18, [property.authenticationMethod('x')])],
      [0x94, 'topic alias 0', publish('a', '', { properties: [property.topicAlias(0)] })],
      [0x94, 'topic alias 65,535', publish('a', '', { properties: [property.topicAlias(65_535)] })],
    ]
    for (const [code, what, packet] of violations)
      expect(await bench.violates(what, packet, bytes.pingreq), what).toBe(code)
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.4-1', 'MQTT-3.2.2-8', 'MQTT-4.13.1-1'] },
  'CONNACK says what is wrong with a CONNECT',
  async (bench) => {
    const clientId = bench.id()
    const connect = (...properties: Buffer[]) => bench.bytes.connect({ clientId, properties })
    const refusals: [code: number, what: string, packet: Buffer][] = [
      [0x81, 'the reserved flag', bench.bytes.connect({ clientId, flags: 3 })],
      [0x81, 'an unknown property', connect(Buffer.of(0x7e, 0))],
      [0x81, 'a property of another packet', connect(property.topicAlias(1))],
      [0x81, 'a byte too many', bench.bytes.connect({ payload: [bytes.field(clientId), Buffer.of(0)] })],
      [0x82, 'Receive Maximum 0', connect(property.receiveMaximum(0))],
      [0x82, 'Maximum Packet Size 0', connect(property.maximumPacketSize(0))],
      [0x82, 'Request Problem Information 2', connect(property.requestProblemInformation(2))],
      [0x82, 'two expiries', connect(property.sessionExpiry(1), property.sessionExpiry(1))],
      [0x82, 'authentication data alone', connect(property.authenticationData('x'))],
      [0x8c, 'an authentication method', connect(property.authenticationMethod('x'))],
    ]
    for (const [code, what, packet] of refusals) expect(await bench.refuses(what, packet), what).toBe(code)
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.4-3', 'MQTT-3.14.4-1', 'MQTT-3.14.4-2'] },
  'a client that is taken over is told so by DISCONNECT 0x8E',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id() })
    const second = await bench.connect({ clientId: bench.id() })
    expect(await first.expectClosed()).toBe(0x8e)
    await second.ping()
  },
)

conformance(
  { mqtt5: ['MQTT-3.14.1-1', 'MQTT-3.15.1-1', 'MQTT-4.12.0-7'] },
  'DISCONNECT and AUTH with reserved bits, and any AUTH, end the connection',
  async (bench) => {
    for (const flags of [1, 2, 4, 8, 15]) {
      expect(await bench.violates('DISCONNECT', bytes.packet(0xe0 | flags))).toBe(0x81)
      await bench.violates('AUTH', bytes.packet(0xf0 | flags, Buffer.of(0x18, 0)), bytes.pingreq)
    }
    for (const code of [0x00, 0x18, 0x19])
      await bench.violates('AUTH', auth(code, [property.authenticationMethod('x')]), bytes.pingreq)
    await bench.violates('an empty AUTH', bytes.packet(0xf0), bytes.pingreq)
    await bench.refuses('AUTH first', auth(0x18))
  },
)

conformance(
  { mqtt5: 'MQTT-4.13.1-1' },
  'packet types that no client sends end the connection',
  async (bench) => {
    const unsendable = {
      'type 0': bytes.packet(0x00),
      CONNACK: bytes.packet(0x20, Buffer.of(0, 0, 0)),
      SUBACK: bytes.packet(0x90, Buffer.of(0, 1, 0, 0)),
      UNSUBACK: bytes.packet(0xb0, Buffer.of(0, 1, 0, 0)),
      PINGRESP: bytes.packet(0xd0),
    }
    for (const [name, packet] of Object.entries(unsendable)) {
      await bench.violates(name, packet, bytes.pingreq)
      await bench.refuses(`${name} first`, packet)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-4.13.1-1', 'MQTT-3.4.2-1', 'MQTT-3.5.2-1', 'MQTT-3.6.2-1', 'MQTT-3.7.2-1'] },
  'acknowledgements that are cut short, too long or without a code of theirs end the connection',
  async (bench) => {
    for (const first of [0x40, 0x50, 0x62, 0x70] as const) {
      const wrong = {
        empty: bytes.packet(first),
        'half an id': bytes.packet(first, Buffer.of(0)),
        'id 0': bytes.packet(first, Buffer.of(0, 0)),
        'an unknown code': acknowledge(first, 1, 0x7f),
        'a code of SUBSCRIBE': acknowledge(first, 1, 0x02),
        'a property length that lies': bytes.packet(first, Buffer.of(0, 1, 0, 9)),
        'a property of another packet': acknowledge(first, 1, 0, [property.topicAlias(1)]),
        'two reason strings': acknowledge(first, 1, 0, [
          property.reasonString('a'),
          property.reasonString('a'),
        ]),
        'a byte too many': bytes.packet(first, Buffer.of(0, 1, 0, 0, 0)),
      }
      for (const [what, packet] of Object.entries(wrong))
        await bench.violates(`${first}, ${what}`, packet, bytes.pingreq)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.14.2-1', 'MQTT-4.13.1-1'] },
  'a DISCONNECT that is none publishes the will like any violation',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const wrong = {
      'an unknown code': disconnectWith(0x7f),
      'a code of CONNACK': disconnectWith(0x8c),
      'a property of another packet': disconnectWith(0, [property.topicAlias(1)]),
      'two expiries': disconnectWith(0, [property.sessionExpiry(0), property.sessionExpiry(0)]),
      'a property length that lies': bytes.packet(0xe0, Buffer.of(0, 9)),
    }
    for (const [what, packet] of Object.entries(wrong)) {
      const will = { topic: bench.topic, payload: what, qos: 1 }
      const client = await bench.connect({ will })
      client.send(packet)
      await client.expectClosed()
      expect((await watcher.receive()).payload).toBe(what)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.8.4-6', 'MQTT-3.8.4-7', 'MQTT-3.9.3-1', 'MQTT-3.9.3-2', 'MQTT-3.8.4-5'] },
  'SUBACK has a reason code for each filter, in their order',
  async (bench) => {
    const client = await bench.connect()
    const codes = await client.subscribeAll(
      [`${bench.topic}/a`, 2],
      ['nosubscribe', 1],
      [`${bench.topic}/b`, 0],
      ['nosubscribe', 0],
      [`${bench.topic}/c`, 1],
    )
    expect(codes.map((code) => (code >= 0x80 ? 'failed' : code))).toEqual([2, 'failed', 0, 'failed', 1])
    for (const code of [codes[1], codes[3]])
      expect([0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2]).toContain(code)
    await client.publish(`${bench.topic}/a`, 'x', { qos: 2 })
    expect(await client.receive()).toMatchObject({ payload: 'x', qos: 2 })
  },
)

conformance(
  { mqtt5: ['MQTT-3.10.4-4', 'MQTT-3.10.4-5', 'MQTT-3.11.3-1', 'MQTT-3.11.3-2'] },
  'UNSUBACK tells which filters were subscribed to, in their order',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribeAll([`${bench.topic}/a`, 1], [`${bench.topic}/b`, 1])
    const filters = ['x', 'a', 'y', 'b', 'a'].map((name) => `${bench.topic}/${name}`)
    expect(await client.unsubscribe(...filters)).toEqual([0x11, 0, 0x11, 0, 0x11])
  },
)

conformance(
  { mqtt5: ['MQTT-4.7.1-1', 'MQTT-4.7.1-2', 'MQTT-4.7.3-1'] },
  'filters with misplaced wildcards are not accepted',
  async (bench) => {
    for (const filter of ['a#', '#/a', 'a/#/b', '##', 'a+', 'a/+b/c', '+#', '']) {
      const client = await bench.connect()
      client.send(bench.bytes.subscribe(1, [filter, 0]), bytes.pingreq)
      const answer = await client.next()
      if (answer?.cmd === 'suback') expect(answer.raw.at(-1), filter).toBe(0x8f)
      else await client.closed()
      client.drop()
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-2', 'MQTT-4.7.0-1'] },
  'a topic name with wildcards is not accepted',
  async (bench) => {
    for (const topic of ['#', '+', 'a/#', 'a/+/b', 'a+']) {
      const client = await bench.connect()
      client.send(bench.bytes.publish(topic, 'x', { qos: 1 }), bytes.pingreq)
      const answer = await client.next()
      if (answer?.cmd === 'puback') expect(answer.reasonCode).toBe(0x90)
      else await client.closed()
      client.drop()
    }
  },
)

const contentType = property.contentType('a')
