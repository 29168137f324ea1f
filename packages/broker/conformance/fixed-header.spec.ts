import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

conformance(
  { mqtt311: ['MQTT-2.2.2-1', 'MQTT-2.2.2-2'], mqtt5: ['MQTT-2.1.3-1', 'MQTT-4.13.1-1'] },
  'wrong flags on any packet end the connection',
  async (bench) => {
    const body = bytes.uint16(1)
    await bench.refuses('CONNECT', withFlags(bench.bytes.connect({ clientId: bench.id() }), 1))
    for (const flags of [1, 2, 4, 8]) {
      await bench.violates(`PUBACK ${flags}`, bytes.packet(0x40 | flags, body), bytes.pingreq)
      await bench.violates(`PUBREC ${flags}`, bytes.packet(0x50 | flags, body), bytes.pingreq)
      await bench.violates(`PUBCOMP ${flags}`, bytes.packet(0x70 | flags, body), bytes.pingreq)
      await bench.violates(`PINGREQ ${flags}`, bytes.packet(0xc0 | flags), bytes.pingreq)
    }
  },
)

conformance(
  { mqtt311: ['MQTT-2.2.2-2', 'MQTT-3.6.1-1'], mqtt5: ['MQTT-4.13.1-1', 'MQTT-3.6.1-1'] },
  'PUBREL with other flags than 0010',
  async (bench) => {
    for (const flags of [0, 1, 3, 6, 10, 15]) {
      const client = await bench.connect()
      client.send(bench.bytes.publish(bench.topic, 'x', { qos: 2, id: 5 }))
      await client.expect('pubrec')
      client.send(bytes.packet(0x60 | flags, bytes.uint16(5)))
      await client.expectClosed()
    }
  },
)

conformance(
  { mqtt311: ['MQTT-2.2.2-2', 'MQTT-3.8.1-1'], mqtt5: ['MQTT-4.13.1-1', 'MQTT-3.8.1-1'] },
  'SUBSCRIBE with other flags than 0010',
  async (bench) => {
    for (const flags of [0, 1, 3, 6, 10, 15]) {
      await bench.violates(
        `flags ${flags}`,
        withFlags(bench.bytes.subscribe(1, [bench.topic, 0]), flags),
        bytes.pingreq,
      )
    }
  },
)

conformance(
  { mqtt311: ['MQTT-2.2.2-2', 'MQTT-3.10.1-1'], mqtt5: ['MQTT-4.13.1-1', 'MQTT-3.10.1-1'] },
  'UNSUBSCRIBE with other flags than 0010',
  async (bench) => {
    for (const flags of [0, 1, 3, 6, 10, 15]) {
      await bench.violates(
        `flags ${flags}`,
        withFlags(bench.bytes.unsubscribe(1, bench.topic), flags),
        bytes.pingreq,
      )
    }
  },
)

conformance(
  { mqtt311: 'MQTT-2.2.2-1', mqtt5: 'MQTT-2.1.3-1' },
  'the broker sets the flags of its own packets right',
  async (bench) => {
    const client = await bench.open()
    client.send(bench.bytes.connect({ clientId: bench.id() }))
    const firstBytes = [(await client.expect('connack')).raw[0]]
    client.send(bench.bytes.subscribe(1, [bench.topic, 2]))
    firstBytes.push((await client.expect('suback')).raw[0])
    client.send(bench.bytes.publish(`${bench.topic}/other`, 'x', { qos: 1, id: 2 }))
    firstBytes.push((await client.expect('puback')).raw[0])
    client.send(bench.bytes.publish(bench.topic, 'x', { qos: 2, id: 3 }))
    firstBytes.push((await client.take('pubrec')).raw[0])
    client.send(bytes.pubrel(3))
    firstBytes.push((await client.take('pubcomp')).raw[0])
    const { messageId = 0 } = await client.take('publish')
    client.send(bytes.pubrec(messageId))
    firstBytes.push((await client.expect('pubrel')).raw[0])
    client.send(bytes.pubcomp(messageId), bench.bytes.unsubscribe(4, bench.topic))
    firstBytes.push((await client.expect('unsuback')).raw[0])
    client.send(bytes.pingreq)
    firstBytes.push((await client.expect('pingresp')).raw[0])
    expect(firstBytes).toEqual([0x20, 0x90, 0x40, 0x50, 0x70, 0x62, 0xb0, 0xd0])
  },
)

conformance(
  { mqtt311: ['MQTT-2.3.1-1', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-2.2.1-3', 'MQTT-4.13.1-1'] },
  'packet id 0 from a client ends the connection',
  async (bench) => {
    await bench.violates('SUBSCRIBE', bench.bytes.subscribe(0, [bench.topic, 0]), bytes.pingreq)
    await bench.violates('UNSUBSCRIBE', bench.bytes.unsubscribe(0, bench.topic), bytes.pingreq)
    await bench.violates(
      'PUBLISH of QoS 1',
      bench.bytes.publish(bench.topic, 'x', { qos: 1, id: 0 }),
      bytes.pingreq,
    )
    await bench.violates(
      'PUBLISH of QoS 2',
      bench.bytes.publish(bench.topic, 'x', { qos: 2, id: 0 }),
      bytes.pingreq,
    )
  },
)

conformance(
  {
    mqtt311: ['MQTT-2.3.1-1', 'MQTT-2.3.1-4', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    mqtt5: ['MQTT-2.2.1-4', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
  },
  'unacknowledged messages from the broker have ids of their own, none of them 0',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    for (let n = 0; n < 30; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 1 + (n % 2) })
    const ids = new Set<number>()
    for (let n = 0; n < 30; n += 1) ids.add((await subscriber.expect('publish')).messageId ?? 0)
    expect([ids.size, ids.has(0)]).toEqual([30, false])
  },
)

conformance(
  { mqtt311: 'MQTT-2.3.1-4', mqtt5: 'MQTT-2.2.1-4' },
  'an id is used again only once its exchange is over',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'first', { qos: 2 })
    const { messageId = 0 } = await subscriber.expect('publish')
    subscriber.send(bytes.pubrec(messageId))
    await subscriber.expect('pubrel')
    for (let n = 0; n < 20; n += 1) {
      await publisher.publish(bench.topic, `${n}`, { qos: 1 })
      const { messageId: other = 0 } = await subscriber.expect('publish')
      expect(other).not.toBe(messageId)
      subscriber.send(bytes.puback(other))
    }
  },
)

conformance(
  { mqtt311: 'MQTT-2.3.1-5', mqtt5: 'MQTT-2.2.1-2' },
  'PUBLISH of QoS 0 has no packet id, in either direction',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 2)
    client.send(bench.bytes.publish(bench.topic, 'payload'))
    const { raw } = await client.expect('publish')
    expect(raw).toEqual(bench.bytes.publish(bench.topic, 'payload'))
  },
)

conformance(
  { mqtt311: 'MQTT-2.3.1-6', mqtt5: 'MQTT-2.2.1-5' },
  'PUBACK, PUBREC, PUBREL and PUBCOMP have the id of their PUBLISH',
  async (bench) => {
    const client = await bench.connect()
    for (const id of [1, 255, 256, 65_535]) {
      client.send(bench.bytes.publish(bench.topic, 'x', { qos: 1, id }))
      expect((await client.expect('puback')).messageId).toBe(id)
      client.send(bench.bytes.publish(bench.topic, 'x', { qos: 2, id }))
      expect((await client.expect('pubrec')).messageId).toBe(id)
      client.send(bytes.pubrel(id))
      expect((await client.expect('pubcomp')).messageId).toBe(id)
    }
    await client.subscribe(bench.topic, 2)
    await client.publish(bench.topic, 'x', { qos: 2 })
    const { messageId = 0 } = await client.expect('publish')
    client.send(bytes.pubrec(messageId))
    expect((await client.expect('pubrel')).raw).toEqual(bytes.pubrel(messageId))
  },
)

conformance(
  {
    mqtt311: ['MQTT-2.3.1-7', 'MQTT-3.8.4-2', 'MQTT-3.10.4-4'],
    mqtt5: ['MQTT-2.2.1-6', 'MQTT-3.8.4-2', 'MQTT-3.10.4-4', 'MQTT-3.10.4-5'],
  },
  'SUBACK and UNSUBACK have the id of what they answer',
  async (bench) => {
    const client = await bench.connect()
    for (const id of [1, 255, 256, 65_535]) {
      client.send(bench.bytes.subscribe(id, [bench.topic, 0]))
      expect((await client.expect('suback')).messageId).toBe(id)
      client.send(bench.bytes.unsubscribe(id, bench.topic))
      expect((await client.expect('unsuback')).messageId).toBe(id)
    }
  },
)

function withFlags(whole: Buffer, flags: number): Buffer {
  return Buffer.concat([Buffer.of(((whole[0] ?? 0) & 0xf0) | flags), whole.subarray(1)])
}
