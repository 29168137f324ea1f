import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import { subackCodes } from './support/peer.js'

conformance(
  { mqtt311: ['MQTT-3.10.3-1', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-3.10.3-1', 'MQTT-4.13.1-1'] },
  'an UNSUBSCRIBE that ends within a filter',
  async (bench) => {
    const cut = (...parts: Buffer[]) => bytes.packet(0xa2, bytes.uint16(1), ...parts)
    await bench.violates('half a length', cut(Buffer.of(0)), bytes.pingreq)
    await bench.violates('cut short', cut(Buffer.of(0, 9, 97, 0)), bytes.pingreq)
    await bench.violates('second cut short', cut(bytes.field('a'), Buffer.of(0, 2, 97)), bytes.pingreq)
    await bench.violates('half an id', bytes.packet(0xa2, Buffer.of(1)), bytes.pingreq)
  },
)

conformance(
  { mqtt311: ['MQTT-3.10.3-2', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-3.10.3-2', 'MQTT-4.13.1-1'] },
  'an UNSUBSCRIBE without a filter ends the connection',
  async (bench) => {
    await bench.violates('no filter', bench.bytes.unsubscribe(1), bytes.pingreq)
    await bench.violates('nothing at all', bytes.packet(0xa2), bytes.pingreq)
  },
)

conformance(
  { mqtt311: 'MQTT-3.10.4-1', mqtt5: 'MQTT-3.10.4-1' },
  'filters are compared character by character',
  async (bench) => {
    const client = await bench.connect()
    const kept = [`${bench.topic}/a`, `${bench.topic}/+/c`, `${bench.topic}/x/#`]
    await client.subscribeAll(...kept.map((filter): [string, number] => [filter, 1]))
    await client.unsubscribe(
      `${bench.topic}/+`,
      `${bench.topic}/#`,
      `${bench.topic}/A`,
      `${bench.topic}/a/`,
      `/${bench.topic}/a`,
      `${bench.topic}/b/c`,
      `${bench.topic}/x/+`,
      `${bench.topic}/x`,
      '#',
    )
    for (const topic of ['a', 'b/c', 'x/y/z']) {
      await client.publish(`${bench.topic}/${topic}`, topic, { qos: 1 })
      expect((await client.receive()).payload).toBe(topic)
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.10.4-1', 'MQTT-3.10.4-2'], mqtt5: ['MQTT-3.10.4-1', 'MQTT-3.10.4-2'] },
  'after UNSUBACK nothing new arrives',
  async (bench) => {
    const client = await bench.connect()
    for (const filter of [`${bench.topic}/x`, `${bench.topic}/+`, `${bench.topic}/x/#`, `${bench.topic}/#`]) {
      await client.subscribeAll([filter, 2], [`mark/${bench.topic}`, 2])
      await client.publish(`${bench.topic}/x`, 'before', { qos: 1 })
      expect((await client.receive()).payload).toBe('before')
      await client.unsubscribe(filter)
      for (const qos of [0, 1, 2]) await client.publish(`${bench.topic}/x`, 'after', { qos })
      await client.publish(`mark/${bench.topic}`, 'end', { qos: 2 })
      expect(await client.receiveUntil('end')).toEqual([])
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.10.4-2', mqtt5: 'MQTT-3.10.4-2' },
  'of overlapping filters the others stay',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribeAll([bench.topic, 2], [`${bench.topic}/#`, 1])
    await client.unsubscribe(bench.topic)
    await client.publish(bench.topic, 'x', { qos: 2 })
    expect(await client.receive()).toMatchObject({ payload: 'x', qos: 1 })
  },
)

conformance(
  { mqtt311: 'MQTT-3.10.4-2', mqtt5: 'MQTT-3.10.4-2' },
  'a stored session forgets an unsubscribed filter as well',
  async (bench) => {
    const client = await bench.connect({ clientId: bench.id(), clean: false })
    await client.subscribeAll([`${bench.topic}/a`, 1], [`${bench.topic}/b`, 1])
    await client.unsubscribe(`${bench.topic}/a`)
    await client.disconnect()
    const publisher = await bench.connect()
    await publisher.publish(`${bench.topic}/a`, 'unwanted', { qos: 1 })
    await publisher.publish(`${bench.topic}/b`, 'end', { qos: 1 })
    const { peer } = await bench.enter({ clientId: bench.id(), clean: false })
    expect(await peer.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.10.4-3', mqtt5: 'MQTT-3.10.4-3' },
  'deliveries that had begun are completed',
  async (bench) => {
    const client = await bench.connect({ clientId: bench.id(), clean: false })
    await client.subscribe(bench.topic, 2)
    await client.publish(bench.topic, 'one', { qos: 1 })
    await client.publish(bench.topic, 'two', { qos: 2 })
    const one = await client.expect('publish')
    const two = await client.expect('publish')
    await client.unsubscribe(bench.topic)
    client.send(bytes.pubrec(two.messageId ?? 0))
    expect((await client.expect('pubrel')).messageId).toBe(two.messageId)
    client.drop()
    const { peer } = await bench.enter({ clientId: bench.id(), clean: false })
    const again = await peer.take('publish')
    expect([again.payload.toString(), again.messageId, again.dup]).toEqual(['one', one.messageId, true])
    expect((await peer.take('pubrel')).messageId).toBe(two.messageId)
  },
)

conformance(
  { mqtt311: ['MQTT-3.10.4-4', 'MQTT-3.10.4-5'], mqtt5: ['MQTT-3.10.4-4', 'MQTT-3.10.4-5'] },
  'UNSUBSCRIBE is answered by UNSUBACK, also when nothing was subscribed',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic)
    for (const id of [300, 301]) {
      client.send(bench.bytes.unsubscribe(id, bench.topic))
      expect((await client.expect('unsuback')).messageId).toBe(id)
    }
    client.send(bench.bytes.unsubscribe(302, `${bench.topic}/never`))
    expect((await client.expect('unsuback')).messageId).toBe(302)
  },
)

conformance(
  { mqtt311: 'MQTT-3.10.4-6', mqtt5: 'MQTT-3.10.4-6' },
  'several filters get one UNSUBACK and are all removed',
  async (bench) => {
    const client = await bench.connect()
    const filters = ['a', 'b', '+/c', 'd/#'].map((filter) => `${bench.topic}/${filter}`)
    const mark = `mark/${bench.topic}`
    await client.subscribeAll(...[...filters, mark].map((filter): [string, number] => [filter, 1]))
    client.send(bench.bytes.unsubscribe(77, ...filters, `${bench.topic}/never`), bytes.pingreq)
    const { messageId, raw } = await client.expect('unsuback')
    expect(messageId).toBe(77)
    const codes = bench.standard === 'mqtt5' ? [0, 0, 0, 0, 0x11] : []
    expect(subackCodes(bench.standard, raw)).toEqual(codes)
    await client.expect('pingresp')
    for (const topic of ['a', 'b', 'x/c', 'd'])
      await client.publish(`${bench.topic}/${topic}`, 'x', { qos: 1 })
    await client.publish(mark, 'end', { qos: 1 })
    expect(await client.receiveUntil('end')).toEqual([])
  },
)
