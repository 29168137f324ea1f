import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

conformance(
  { mqtt311: ['MQTT-4.3.1-1', 'MQTT-2.2.2-1'], mqtt5: ['MQTT-4.3.1-1', 'MQTT-2.1.3-1'] },
  'QoS 0 goes out as QoS 0 with DUP 0 and asks for no answer',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 2)
    await client.publish(bench.topic, 'x')
    expect((await client.expect('publish')).raw[0]).toBe(0x30)
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.2-1', mqtt5: ['MQTT-4.3.2-1', 'MQTT-4.3.2-2', 'MQTT-4.3.2-3'] },
  'QoS 1 goes out with DUP 0 and ends with PUBACK',
  async (bench) => {
    const client = await bench.connect({ clientId: bench.id(), clean: false })
    await client.subscribe(bench.topic, 1)
    await client.publish(bench.topic, 'x', { qos: 1 })
    const { raw, messageId = 0 } = await client.expect('publish')
    expect(raw[0]).toBe(0x32)
    client.send(bytes.puback(messageId))
    await client.disconnect()
    const { peer } = await bench.enter({ clientId: bench.id(), clean: false })
    await peer.publish(bench.topic, 'end', { qos: 1 })
    expect(await peer.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.2-1', mqtt5: 'MQTT-4.3.2-3' },
  'a PUBACK for another id acknowledges nothing',
  async (bench) => {
    const client = await bench.connect({ clientId: bench.id(), clean: false })
    await client.subscribe(bench.topic, 1)
    await client.publish(bench.topic, 'x', { qos: 1 })
    const { messageId = 0 } = await client.expect('publish')
    client.send(bytes.puback(messageId === 9 ? 10 : 9))
    await client.disconnect()
    const { peer } = await bench.enter({ clientId: bench.id(), clean: false })
    expect((await peer.expect('publish')).messageId).toBe(messageId)
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.2-2', mqtt5: ['MQTT-4.3.2-4', 'MQTT-4.3.2-5'] },
  'QoS 1 is acknowledged by its id, which then is a new message, DUP or not',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    for (const dup of [false, false, true, true]) {
      publisher.send(bench.bytes.publish(bench.topic, `dup ${dup}`, { qos: 1, id: 3, dup }))
      expect((await publisher.expect('puback')).raw).toEqual(bytes.puback(3))
    }
    await publisher.publish(bench.topic, 'end', { qos: 1 })
    expect(await subscriber.receiveUntil('end')).toHaveLength(4)
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.3-1', mqtt5: ['MQTT-4.3.3-1', 'MQTT-4.3.3-2', 'MQTT-4.3.3-4'] },
  'QoS 2 goes out with DUP 0, PUBREC is answered by PUBREL',
  async (bench) => {
    const client = await bench.connect({ clientId: bench.id(), clean: false })
    await client.subscribe(bench.topic, 2)
    await client.publish(bench.topic, 'x', { qos: 2 })
    const { raw, messageId = 0 } = await client.expect('publish')
    expect(raw[0]).toBe(0x34)
    client.send(bytes.pubrec(messageId))
    expect((await client.expect('pubrel')).raw).toEqual(bytes.pubrel(messageId))
    client.send(bytes.pubcomp(messageId))
    await client.disconnect()
    const { peer } = await bench.enter({ clientId: bench.id(), clean: false })
    await peer.publish(bench.topic, 'end', { qos: 1 })
    expect(await peer.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.3-1', mqtt5: ['MQTT-4.3.3-4', 'MQTT-4.3.3-6'] },
  'a second PUBREC brings PUBREL again, never the PUBLISH',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 2)
    await client.publish(bench.topic, 'x', { qos: 2 })
    const { messageId = 0 } = await client.expect('publish')
    client.send(bytes.pubrec(messageId))
    await client.expect('pubrel')
    client.send(bytes.pubrec(messageId))
    await client.expect('pubrel')
    client.send(bytes.pubcomp(messageId))
    await client.ping()
    expect(client.waiting).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.3-2', mqtt5: ['MQTT-4.3.3-8', 'MQTT-4.3.3-10'] },
  'until PUBREL the same id is the same message, delivered once',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    for (const dup of [false, true, true]) {
      publisher.send(bench.bytes.publish(bench.topic, 'once', { qos: 2, id: 5, dup }))
      expect((await publisher.expect('pubrec')).raw).toEqual(bytes.pubrec(5))
    }
    publisher.send(bytes.pubrel(5))
    expect((await publisher.expect('pubcomp')).raw).toEqual(bytes.pubcomp(5))
    await publisher.publish(bench.topic, 'end', { qos: 2, id: 6 })
    expect((await subscriber.receiveUntil('end')).map(({ payload }) => payload)).toEqual(['once'])
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.3-2', mqtt5: 'MQTT-4.3.3-12' },
  'after PUBCOMP the same id is a new message',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    for (const payload of ['first', 'second', 'end'])
      await publisher.publish(bench.topic, payload, { qos: 2, id: 5 })
    expect((await subscriber.receiveUntil('end')).map(({ payload }) => payload)).toEqual(['first', 'second'])
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.3-2', mqtt5: 'MQTT-4.3.3-11' },
  'a PUBREL is answered by PUBCOMP each time',
  async (bench) => {
    const client = await bench.connect()
    await client.publish(bench.topic, 'x', { qos: 2, id: 5 })
    client.send(bytes.pubrel(5))
    expect((await client.expect('pubcomp')).messageId).toBe(5)
  },
)

conformance(
  { mqtt311: 'MQTT-4.3.3-2', mqtt5: ['MQTT-4.3.3-8', 'MQTT-4.3.3-11'] },
  'exchanges with several ids may interleave',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    const ids = [11, 12, 13]
    publisher.send(...ids.map((id) => bench.bytes.publish(bench.topic, `${id}`, { qos: 2, id })))
    for (const id of ids) expect((await publisher.expect('pubrec')).messageId).toBe(id)
    publisher.send(...[...ids].reverse().map(bytes.pubrel))
    for (const id of [...ids].reverse()) expect((await publisher.expect('pubcomp')).messageId).toBe(id)
    await publisher.publish(bench.topic, 'end', { qos: 2, id: 14 })
    const seen = (await subscriber.receiveUntil('end')).map(({ payload }) => payload)
    expect(seen.sort()).toEqual(['11', '12', '13'])
  },
)

conformance(
  { mqtt311: ['MQTT-4.5.0-1', 'MQTT-3.8.4-6'], mqtt5: ['MQTT-4.5.0-1', 'MQTT-3.8.4-8'] },
  'a message goes to every matching client, at the lower of both QoS',
  async (bench) => {
    const publisher = await bench.connect()
    const subscribers = await Promise.all([0, 1, 2].map(() => bench.connect()))
    for (const [qos, subscriber] of subscribers.entries()) {
      expect(await subscriber.subscribe(`${bench.topic}/+`, qos)).toBe(qos)
    }
    for (const sent of [0, 1, 2]) await publisher.publish(`${bench.topic}/a`, `${sent}`, { qos: sent })
    for (const [granted, subscriber] of subscribers.entries()) {
      for (const sent of [0, 1, 2]) {
        expect(await subscriber.receive()).toMatchObject({ payload: `${sent}`, qos: Math.min(granted, sent) })
      }
    }
  },
)
