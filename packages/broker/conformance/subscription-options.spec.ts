import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { subscribeWith } from './support/bytes-5.js'
import { conformance } from './support/conformance.js'
import { type Peer, subackCodes } from './support/peer.js'
import { property } from './support/property.js'

const noLocal = 4
const retainAsPublished = 8
const sendIfNew = 0x10
const sendNever = 0x20

conformance(
  { mqtt5: 'MQTT-3.8.3-3' },
  'No Local: a client does not get its own messages, others do',
  async (bench) => {
    const client = await bench.connect()
    const other = await bench.connect()
    await client.subscribe(bench.topic, 1 | noLocal)
    await other.subscribe(bench.topic, 1 | noLocal)
    for (const qos of [0, 1, 2]) await client.publish(bench.topic, `own ${qos}`, { qos })
    await other.publish(bench.topic, 'end', { qos: 1 })
    expect(await client.receiveUntil('end')).toEqual([])
    const seen = [await other.receive(), await other.receive(), await other.receive()]
    expect(seen.map(({ payload }) => payload)).toEqual(['own 0', 'own 1', 'own 2'])
    await other.ping()
    expect(other.waiting).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.8.3-3', 'MQTT-3.1.2-5'] },
  'No Local stays with a stored session and goes by the client id',
  async (bench) => {
    const clientId = bench.id()
    const first = await bench.connect({ clientId, clean: false })
    await first.subscribe(bench.topic, 1 | noLocal)
    await first.disconnect()
    const back = await bench.connect({ clientId, clean: false })
    await back.publish(bench.topic, 'own', { qos: 1 })
    const other = await bench.connect()
    await other.publish(bench.topic, 'end', { qos: 1 })
    expect(await back.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.8.3-4', 'MQTT-4.13.1-1'] },
  'No Local on a shared subscription ends the connection',
  async (bench) => {
    const filter = `$share/group/${bench.topic}`
    await bench.violates('alone', bench.bytes.subscribe(1, [filter, 1 | noLocal]), bytes.pingreq)
    await bench.violates('second', bench.bytes.subscribe(1, ['a', 1], [filter, noLocal]), bytes.pingreq)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.1-12', 'MQTT-3.3.1-13'] },
  'Retain As Published decides about RETAIN in what is forwarded',
  async (bench) => {
    const client = await bench.connect()
    for (const [options, expected] of [
      [2, [false, false]],
      [2 | retainAsPublished, [false, true]],
    ] as const) {
      await client.subscribe(bench.topic, options)
      for (const qos of [0, 1, 2]) {
        const seen: boolean[] = []
        for (const retain of [false, true]) {
          await client.publish(bench.topic, 'x', { qos, retain })
          seen.push((await client.receive()).retain)
        }
        expect(seen).toEqual(expected)
        await client.publish(bench.topic, '', { qos: 1, retain: true })
        await client.receive()
      }
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.1-13', 'MQTT-3.1.2-5'] },
  'Retain As Published counts for what waited for a stored session',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id(), clean: false })
    await away.subscribe(bench.topic, 1 | retainAsPublished)
    await away.disconnect()
    const publisher = await bench.connect()
    for (const retain of [true, false]) await publisher.publish(bench.topic, 'x', { qos: 1, retain })
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    expect([(await back.receive()).retain, (await back.receive()).retain]).toEqual([true, false])
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.1-9', 'MQTT-3.3.1-10', 'MQTT-3.3.1-11'] },
  'Retain Handling decides whether a subscription gets retained messages',
  async (bench) => {
    const client = await bench.connect()
    await client.publish(bench.topic, 'kept', { qos: 1, retain: true })
    expect(await retainedAfter(client, bench, 1 | sendNever)).toEqual([])
    expect(await retainedAfter(client, bench, 1 | sendIfNew)).toEqual([])
    expect(await retainedAfter(client, bench, 1)).toEqual(['kept'])
    expect(await retainedAfter(client, bench, 1)).toEqual(['kept'])
    await client.unsubscribe(bench.topic)
    expect(await retainedAfter(client, bench, 1 | sendIfNew)).toEqual(['kept'])
    expect(await retainedAfter(client, bench, 1 | sendIfNew)).toEqual([])
    await client.unsubscribe(bench.topic)
    expect(await retainedAfter(client, bench, 1 | sendNever)).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.1-10', 'MQTT-3.1.2-5'] },
  'a subscription of a stored session is not new',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.publish(bench.topic, 'kept', { qos: 1, retain: true })
    expect(await retainedAfter(first, bench, 1 | sendIfNew)).toEqual(['kept'])
    await first.disconnect()
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    expect(await retainedAfter(back, bench, 1 | sendIfNew)).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.8.3-5', 'MQTT-4.13.1-1'] },
  'QoS 3, Retain Handling 3 and reserved bits of the options end the connection',
  async (bench) => {
    for (const options of [0x03, 0x30, 0x31, 0x40, 0x80, 0xc0, 0xff]) {
      const alone = bench.bytes.subscribe(1, [bench.topic, options])
      await bench.violates(`${options}`, alone, bytes.pingreq)
      const second = bench.bytes.subscribe(1, [bench.topic, 0], ['b', options])
      await bench.violates(`${options} second`, second, bytes.pingreq)
    }
  },
)

conformance(
  { mqtt5: 'MQTT-3.3.4-3' },
  'a message carries the identifier of the subscription it is sent for',
  async (bench) => {
    const client = await bench.connect()
    for (const identifier of [1, 127, 128, 16_384, 268_435_455]) {
      const filter = `${bench.topic}/${identifier}`
      await subscribeAs(client, identifier, [filter, 2])
      for (const qos of [0, 1, 2]) {
        await client.publish(filter, 'x', { qos })
        expect(identifiersOf((await client.take('publish')).properties)).toEqual([identifier])
      }
    }
    await client.subscribe(`${bench.topic}/none`, 1)
    await client.publish(`${bench.topic}/none`, 'x', { qos: 1 })
    expect(identifiersOf((await client.take('publish')).properties)).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-3', 'MQTT-3.3.4-4', 'MQTT-3.3.4-2'] },
  'overlapping subscriptions: every identifier arrives, at the highest QoS',
  async (bench) => {
    const client = await bench.connect()
    await subscribeAs(client, 5, [`${bench.topic}/#`, 0])
    await subscribeAs(client, 7, [`${bench.topic}/+`, 2])
    await client.subscribe(`${bench.topic}/a`, 1)
    const publisher = await bench.connect()
    await publisher.publish(`${bench.topic}/a`, 'x', { qos: 2 })
    await publisher.publish(`${bench.topic}/b/end`, 'end', { qos: 2 })
    const seen: number[] = []
    const qualities: number[] = []
    for (;;) {
      const message = await client.take('publish')
      if (message.payload.toString() === 'end') break
      seen.push(...identifiersOf(message.properties))
      qualities.push(message.qos)
    }
    expect(seen.sort()).toEqual([5, 7])
    expect(Math.max(...qualities)).toBe(2)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-3', 'MQTT-3.8.4-3'] },
  'subscribing again replaces or removes the identifier',
  async (bench) => {
    const client = await bench.connect()
    const seen = async () => {
      await client.publish(bench.topic, 'x', { qos: 1 })
      const { properties, messageId = 0 } = await client.take('publish')
      client.send(bytes.puback(messageId))
      return identifiersOf(properties)
    }
    await subscribeAs(client, 3, [bench.topic, 1])
    expect(await seen()).toEqual([3])
    await subscribeAs(client, 4, [bench.topic, 1])
    expect(await seen()).toEqual([4])
    await client.subscribe(bench.topic, 1)
    expect(await seen()).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-3', 'MQTT-3.1.2-5', 'MQTT-3.3.1-9'] },
  'identifiers come with retained messages and with what waited for a stored session',
  async (bench) => {
    const client = await bench.connect({ clientId: bench.id(), clean: false })
    await client.publish(`${bench.topic}/kept`, 'kept', { qos: 1, retain: true })
    await subscribeAs(client, 9, [`${bench.topic}/+`, 1])
    const kept = await client.take('publish')
    expect(identifiersOf(kept.properties)).toEqual([9])
    client.send(bytes.puback(kept.messageId ?? 0))
    await client.disconnect()
    const publisher = await bench.connect()
    await publisher.publish(`${bench.topic}/x`, 'waited', { qos: 1 })
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    const waited = await back.take('publish')
    expect([waited.payload.toString(), identifiersOf(waited.properties)]).toEqual(['waited', [9]])
  },
)

conformance(
  { mqtt5: ['MQTT-4.13.1-1', 'MQTT-1.5.5-1'] },
  'a SUBSCRIBE or UNSUBSCRIBE with properties that it may not have ends the connection',
  async (bench) => {
    const wrong = {
      'identifier 0': [property.subscriptionIdentifier(0)],
      'two identifiers': [property.subscriptionIdentifier(1), property.subscriptionIdentifier(2)],
      'an identifier of five bytes': [Buffer.of(0x0b, 0x80, 0x80, 0x80, 0x80, 0x01)],
      'an identifier longer than it needs to be': [Buffer.of(0x0b, 0x81, 0x00)],
      'a topic alias': [property.topicAlias(1)],
      'an unknown one': [Buffer.of(0x7e, 0)],
      'half a user property': [property.user('a', 'b').subarray(0, 5)],
    }
    for (const [what, properties] of Object.entries(wrong))
      await bench.violates(what, subscribeWith(properties, 1, [bench.topic, 0]), bytes.pingreq)
    const unsubscribe = (...section: number[]) =>
      bytes.packet(0xa2, bytes.uint16(1), Buffer.from(section), bytes.field(bench.topic))
    await bench.violates('UNSUBSCRIBE, identifier', unsubscribe(2, 0x0b, 1), bytes.pingreq)
    await bench.violates('UNSUBSCRIBE, unknown', unsubscribe(2, 0x7e, 1), bytes.pingreq)
  },
)

async function subscribeAs(
  client: Peer,
  identifier: number,
  ...filters: [string, number][]
): Promise<number[]> {
  const id = client.nextId()
  client.send(subscribeWith([property.subscriptionIdentifier(identifier)], id, ...filters))
  return subackCodes('mqtt5', (await client.take('suback', id)).raw)
}

/** What a client is sent of retained messages after it subscribes to the topic of the test. */
async function retainedAfter(client: Peer, bench: Bench, options: number): Promise<string[]> {
  await client.subscribe(bench.topic, options)
  const mark = `mark/${bench.topic}`
  await client.subscribe(mark, 1)
  await client.publish(mark, 'end', { qos: 1 })
  return (await client.receiveUntil('end')).map(({ payload }) => payload)
}

function identifiersOf(properties?: { subscriptionIdentifier?: number | number[] }): number[] {
  return [properties?.subscriptionIdentifier ?? []].flat()
}
