import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

conformance(
  { mqtt311: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'], mqtt5: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'] },
  'the broker sends QoS 0 with DUP 0',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 0)
    await client.publish(bench.topic, 'one', { qos: 1, dup: true })
    await client.publish(bench.topic, 'two', { qos: 0 })
    expect((await client.expect('publish')).raw[0]).toBe(0x30)
    expect((await client.expect('publish')).raw[0]).toBe(0x30)
  },
)

conformance(
  { mqtt311: ['MQTT-3.3.1-2', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-3.3.1-2', 'MQTT-4.13.1-1'] },
  'QoS 0 with DUP 1 ends the connection',
  (bench) => bench.violates('PUBLISH', bench.bytes.publish(bench.topic, 'x', { dup: true }), bytes.pingreq),
)

conformance(
  {
    mqtt311: ['MQTT-3.3.1-3', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    mqtt5: ['MQTT-3.3.1-3', 'MQTT-4.3.2-2', 'MQTT-4.3.3-2'],
  },
  'DUP of a publisher is not passed on',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'one', { qos: 1, dup: true })
    await publisher.publish(bench.topic, 'two', { qos: 2, dup: true })
    expect(await subscriber.receive()).toMatchObject({ payload: 'one', dup: false })
    expect(await subscriber.receive()).toMatchObject({ payload: 'two', dup: false })
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-4', mqtt5: 'MQTT-3.3.1-4' },
  'QoS 3 ends the connection',
  async (bench) => {
    for (const first of [0x36, 0x37, 0x3e, 0x3f]) {
      const body = [bytes.field(bench.topic), bytes.uint16(1), Buffer.from('x')]
      await bench.violates(`first byte ${first.toString(16)}`, bytes.packet(first, ...body), bytes.pingreq)
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.3.2-1', 'MQTT-3.3.2-3'], mqtt5: ['MQTT-3.3.2-1', 'MQTT-3.3.2-3'] },
  'a subscriber gets topic and payload byte for byte',
  async (bench) => {
    const client = await bench.connect()
    const payload = Buffer.from(Array.from({ length: 256 }, (_, value) => value))
    await client.subscribe(`${bench.topic}/#`, 1)
    for (const qos of [0, 1]) {
      client.send(bench.bytes.publish(`${bench.topic}/ä b`, payload, { qos, id: 1 }))
      const message = await client.take('publish')
      const id = message.messageId ?? 0
      expect(message.raw).toEqual(bench.bytes.publish(`${bench.topic}/ä b`, payload, { qos, id }))
      if (qos === 1) client.send(bytes.puback(id))
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.3.2-1', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-3.3.2-1', 'MQTT-4.13.1-1'] },
  'a PUBLISH that ends within its topic or packet id',
  async (bench) => {
    await bench.violates('empty', bytes.packet(0x30), bytes.pingreq)
    await bench.violates('half a length', bytes.packet(0x30, Buffer.of(0)), bytes.pingreq)
    await bench.violates('cut short', bytes.packet(0x30, Buffer.of(0, 5, 97)), bytes.pingreq)
    await bench.violates('no id', bytes.packet(0x32, bytes.field('a')), bytes.pingreq)
    await bench.violates('half an id', bytes.packet(0x32, bytes.field('a'), Buffer.of(0)), bytes.pingreq)
  },
)

conformance(
  { mqtt311: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1', 'MQTT-4.8.0-1'] },
  'wildcards in a topic name',
  async (bench) => {
    for (const topic of ['#', '+', 'a/#', 'a/+/b', 'a+', 'a#b']) {
      await bench.violates(topic, bench.bytes.publish(topic, 'x'), bytes.pingreq)
      await bench.violates(`${topic}, QoS 1`, bench.bytes.publish(topic, 'x', { qos: 1 }), bytes.pingreq)
    }
  },
)

conformance(
  { mqtt311: 'MQTT-4.7.1-1', mqtt5: 'MQTT-4.7.0-1' },
  'a will topic with wildcards is not accepted',
  async (bench) => {
    for (const topic of ['#', 'a/+', 'a/#/b', '']) {
      const client = await bench.open()
      client.send(bench.bytes.connect({ clientId: bench.id(), will: { topic, payload: 'x' } }))
      await client.closed()
      for (const answer of client.waiting) expect(answer.raw[3], topic).not.toBe(0)
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.2-3', mqtt5: 'MQTT-3.3.2-3' },
  'only messages whose topic matches arrive, under the name they were sent to',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribeAll([`${bench.topic}/+/b`, 1], [`${bench.topic}/x/#`, 1])
    for (const topic of ['a/b', 'a/b/c', 'x', 'x/y/z', 'a', 'b', '/b', 'x/b']) {
      await client.publish(`${bench.topic}/${topic}`, topic, { qos: 1 })
    }
    await client.publish(`${bench.topic}/end/b`, 'end', { qos: 1 })
    const seen = await client.receiveUntil('end')
    expect(seen.map(({ payload }) => payload)).toEqual(['a/b', 'x', 'x/y/z', '/b', 'x/b'])
    expect(seen.map(({ topic }) => topic)).toEqual(seen.map(({ payload }) => `${bench.topic}/${payload}`))
  },
)

conformance({ mqtt311: 'MQTT-3.3.4-1' }, 'each QoS has its answer', async (bench) => {
  const client = await bench.connect()
  client.send(bench.bytes.publish(bench.topic, 'x'), bytes.pingreq)
  await client.expect('pingresp')
  client.send(bench.bytes.publish(bench.topic, 'x', { qos: 1, id: 2 }))
  expect((await client.expect('puback')).raw).toEqual(bytes.puback(2))
  client.send(bench.bytes.publish(bench.topic, 'x', { qos: 2, id: 3 }))
  expect((await client.expect('pubrec')).raw).toEqual(bytes.pubrec(3))
})

conformance(
  { mqtt311: 'MQTT-3.3.4-1', mqtt5: 'MQTT-3.3.4-1' },
  'empty payloads are messages like any other',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 2)
    for (const qos of [0, 1, 2]) {
      await client.publish(bench.topic, '', { qos })
      expect(await client.receive()).toMatchObject({ payload: '', qos })
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.5-1', mqtt5: 'MQTT-3.3.4-2' },
  'overlapping subscriptions deliver at the highest QoS',
  async (bench) => {
    const client = await bench.connect()
    const filters = [`${bench.topic}/a`, `${bench.topic}/+`, `${bench.topic}/#`]
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      await client.subscribeAll(...filters.map((filter, n): [string, number] => [filter, order[n] ?? 0]))
      await client.publish(`${bench.topic}/a`, 'overlap', { qos: 2 })
      await client.publish(`${bench.topic}/b`, 'end', { qos: 2 })
      const copies = (await client.receiveUntil('end')).map(({ qos }) => qos)
      expect(Math.max(...copies)).toBe(2)
      await client.publish(`${bench.topic}/b`, 'rest', { qos: 2 })
      await client.receiveUntil('rest')
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.5-2' },
  'a PUBLISH that is not allowed is acknowledged as usual and delivered to nobody',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(`denied/${bench.topic}`, 2)
    await subscriber.subscribe(bench.topic, 2)
    const client = await bench.connect()
    for (const qos of [0, 1, 2])
      await client.publish(`denied/${bench.topic}`, 'x', { qos, retain: qos === 1 })
    await client.publish(bench.topic, 'end', { qos: 2 })
    expect(await subscriber.receiveUntil('end')).toEqual([])
  },
  { broker: 'rules' },
)
