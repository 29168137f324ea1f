import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import { subackCodes } from './support/peer.js'

conformance(
  { mqtt311: ['MQTT-3.8.3-1', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-3.8.3-1', 'MQTT-4.13.1-1'] },
  'a SUBSCRIBE that ends within a filter',
  async (bench) => {
    const start = bytes.uint16(1)
    const cut = (...parts: Buffer[]) => bytes.packet(0x82, start, ...parts)
    await bench.violates('no QoS', cut(bytes.field('a')), bytes.pingreq)
    await bench.violates(
      'no second QoS',
      cut(bytes.field('a'), Buffer.of(0), bytes.field('b')),
      bytes.pingreq,
    )
    await bench.violates('half a length', cut(Buffer.of(0)), bytes.pingreq)
    await bench.violates('cut short', cut(Buffer.of(0, 9, 97, 0)), bytes.pingreq)
    await bench.violates('half an id', bytes.packet(0x82, Buffer.of(1)), bytes.pingreq)
  },
)

conformance(
  { mqtt311: ['MQTT-3.8.3-3', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-3.8.3-2', 'MQTT-4.13.1-1'] },
  'a SUBSCRIBE without a filter ends the connection',
  async (bench) => {
    await bench.violates('no filter', bench.bytes.subscribe(1), bytes.pingreq)
    await bench.violates('nothing at all', bytes.packet(0x82), bytes.pingreq)
  },
)

conformance(
  { mqtt311: 'MQTT-3.8.3-4' },
  'a requested QoS of 3 or reserved bits beside it end the connection',
  async (bench) => {
    for (const qos of [3, 4, 0x08, 0x11, 0x40, 0x80, 0xff]) {
      await bench.violates(`${qos}`, bench.bytes.subscribe(1, [bench.topic, qos]), bytes.pingreq)
      await bench.violates(
        `${qos} second`,
        bench.bytes.subscribe(1, [bench.topic, 0], ['b', qos]),
        bytes.pingreq,
      )
    }
  },
)

conformance(
  {
    mqtt311: ['MQTT-3.8.4-1', 'MQTT-3.8.4-2', 'MQTT-3.8.4-5'],
    mqtt5: ['MQTT-3.8.4-1', 'MQTT-3.8.4-2', 'MQTT-3.8.4-6', 'MQTT-3.8.4-7'],
  },
  'SUBSCRIBE is answered by SUBACK with id and granted QoS',
  async (bench) => {
    const client = await bench.connect()
    for (const qos of [0, 1, 2]) {
      client.send(bench.bytes.subscribe(500 + qos, [`${bench.topic}/${qos}`, qos]))
      const { messageId, raw } = await client.expect('suback')
      expect([messageId, subackCodes(bench.standard, raw)]).toEqual([500 + qos, [qos]])
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.8.4-4', 'MQTT-3.8.4-5', 'MQTT-3.9.3-1', 'MQTT-3.9.3-2'] },
  'several filters get one SUBACK with a code each, in their order',
  async (bench) => {
    const client = await bench.connect()
    const filters: [string, number][] = [
      [`${bench.topic}/a`, 2],
      ['nosubscribe', 1],
      [`${bench.topic}/b`, 0],
      [`${bench.topic}/+`, 1],
      ['nosubscribe', 0],
    ]
    expect(await client.subscribeAll(...filters)).toEqual([2, 0x80, 0, 1, 0x80])
    await client.ping()
    expect(client.waiting).toEqual([])
    await client.publish(`${bench.topic}/a`, 'x', { qos: 2 })
    expect(await client.receive()).toMatchObject({ payload: 'x', qos: 2 })
  },
)

conformance(
  { mqtt311: ['MQTT-3.8.4-4', 'MQTT-3.9.3-1'], mqtt5: ['MQTT-3.8.4-5', 'MQTT-3.9.3-1'] },
  'a SUBSCRIBE of a hundred filters subscribes to each',
  async (bench) => {
    const client = await bench.connect()
    const filters = Array.from({ length: 100 }, (_, n): [string, number] => [`${bench.topic}/${n}`, n % 3])
    expect(await client.subscribeAll(...filters)).toEqual(filters.map(([, qos]) => qos))
    for (const n of [0, 50, 99]) {
      await client.publish(`${bench.topic}/${n}`, `${n}`, { qos: 2 })
      expect(await client.receive()).toMatchObject({ payload: `${n}`, qos: n % 3 })
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.8.4-3', 'MQTT-3.8.4-4'] },
  'the same filter twice in one SUBSCRIBE: the later one counts',
  async (bench) => {
    const client = await bench.connect()
    expect(await client.subscribeAll([bench.topic, 2], [bench.topic, 0])).toEqual([2, 0])
    await client.publish(bench.topic, 'x', { qos: 2 })
    await client.publish(bench.topic, 'end', { qos: 2 })
    const seen = [...(await client.receiveUntil('end'))]
    expect(seen).toEqual([{ topic: bench.topic, payload: 'x', qos: 0, retain: false, dup: false }])
  },
)

conformance(
  { mqtt311: 'MQTT-3.8.4-3', mqtt5: 'MQTT-3.8.4-3' },
  'the same filter again replaces the subscription and its QoS',
  async (bench) => {
    for (const filter of [bench.topic, `${bench.topic}/#`, `conformance/+/${bench.id()}`]) {
      const client = await bench.connect()
      const topic = filter.includes('+') ? filter.replace('+', 'x') : bench.topic
      for (const qos of [2, 0, 1]) {
        expect(await client.subscribe(filter, qos)).toBe(qos)
        await client.publish(topic, 'x', { qos: 2 })
        await client.publish(topic, 'end', { qos: 2 })
        expect((await client.receiveUntil('end')).map((one) => one.qos)).toEqual([qos])
      }
      await client.unsubscribe(filter)
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.8.4-3', mqtt5: ['MQTT-3.8.4-3', 'MQTT-3.8.4-4'] },
  'replacing a subscription loses and doubles no message',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    const messages = Array.from({ length: 50 }, (_, n) =>
      bench.bytes.publish(bench.topic, `${n}`, { qos: 1, id: n + 1 }),
    )
    publisher.send(...messages)
    for (let n = 0; n < 10; n += 1) await subscriber.subscribe(bench.topic, 1)
    await publisher.publish(bench.topic, 'end', { qos: 1, id: 100 })
    const seen = (await subscriber.receiveUntil('end')).map(({ payload }) => payload)
    expect(seen).toEqual(messages.map((_, n) => `${n}`))
  },
)

conformance(
  { mqtt311: ['MQTT-3.8.4-5', 'MQTT-3.9.3-2'] },
  'a filter that is not allowed gets 0x80 and no message',
  async (bench) => {
    const client = await bench.connect({ clientId: bench.id(), clean: false })
    expect(await client.subscribeAll([bench.topic, 1], ['nosubscribe', 2])).toEqual([1, 0x80])
    await client.disconnect()
    const publisher = await bench.connect()
    await publisher.publish('nosubscribe', 'secret', { qos: 1 })
    const { peer } = await bench.enter({ clientId: bench.id(), clean: false })
    await publisher.publish('nosubscribe', 'secret', { qos: 1 })
    await publisher.publish(bench.topic, 'end', { qos: 1 })
    expect(await peer.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.8.4-6', mqtt5: 'MQTT-3.8.4-8' },
  'exact and wildcard filters both cap the QoS at what was granted',
  async (bench) => {
    for (const filter of [`${bench.topic}/x`, `${bench.topic}/+`, `${bench.topic}/#`]) {
      for (const granted of [0, 1, 2]) {
        const client = await bench.connect()
        await client.subscribe(filter, granted)
        for (const qos of [0, 1, 2]) {
          await client.publish(`${bench.topic}/x`, 'x', { qos })
          expect((await client.receive()).qos).toBe(Math.min(qos, granted))
        }
        await client.disconnect()
      }
    }
  },
)
