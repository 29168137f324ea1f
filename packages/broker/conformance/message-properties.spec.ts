import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import type { Peer, Received } from './support/peer.js'
import { property } from './support/property.js'

const users = [
  property.user('b', '1'),
  property.user('a', '2'),
  property.user('b', '3'),
  property.user('', ''),
  property.user('ä', '€😀'),
]
const others = [
  property.payloadFormat(1),
  property.contentType('text/plain; charset=utf-8'),
  property.responseTopic('answers/ä'),
  property.correlationData(Buffer.of(0, 1, 0xfe, 0xff)),
]

conformance(
  {
    mqtt5: [
      'MQTT-3.3.2-4',
      'MQTT-3.3.2-15',
      'MQTT-3.3.2-16',
      'MQTT-3.3.2-17',
      'MQTT-3.3.2-18',
      'MQTT-3.3.2-20',
    ],
  },
  'properties of a message reach its subscribers unaltered, User Properties in their order',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 2)
    for (const qos of [0, 1, 2]) {
      await client.publish(bench.topic, 'x', { qos, properties: [...others, ...users] })
      expectAll(await client.take('publish'))
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-17', 'MQTT-3.3.2-18', 'MQTT-3.1.2-23'] },
  'properties wait with their message for a client that is away',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id(), clean: false })
    await away.subscribe(bench.topic, 2)
    await away.disconnect()
    const publisher = await bench.connect()
    for (const qos of [1, 2])
      await publisher.publish(bench.topic, 'x', { qos, properties: [...users, ...others] })
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    expectAll(await back.take('publish'))
    expectAll(await back.take('publish'))
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-17', 'MQTT-3.3.2-18', 'MQTT-4.4.0-1'] },
  'properties come again with a message that comes again',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.subscribe(bench.topic, 1)
    await first.publish(bench.topic, 'x', { qos: 1, properties: [...others, ...users] })
    await first.expect('publish')
    first.drop()
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    const again = await back.expect('publish')
    expect(again.dup).toBe(true)
    expectAll(again)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-17', 'MQTT-3.3.2-18', 'MQTT-3.3.1-9'] },
  'properties are retained with their message',
  async (bench) => {
    const publisher = await bench.connect()
    for (const qos of [0, 1, 2]) {
      const topic = `${bench.topic}/${qos}`
      await publisher.publish(topic, 'x', { qos, retain: true, properties: [...others, ...users] })
      const later = await bench.connect()
      await later.subscribe(topic, 2)
      const message = await later.take('publish')
      expect(message.retain).toBe(true)
      expectAll(message)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-17', 'MQTT-2.2.2-1'] },
  'a message without properties arrives without any',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 1)
    client.send(bench.bytes.publish(bench.topic, 'plain'))
    const { raw } = await client.take('publish')
    expect(raw).toEqual(bench.bytes.publish(bench.topic, 'plain'))
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-17', 'MQTT-2.2.2-1'] },
  'clients of both versions exchange messages, with and without properties',
  async (bench) => {
    const old = await bench.connectAs('mqtt311')
    const current = await bench.connect()
    await Promise.all([old.subscribe(bench.topic, 2), current.subscribe(bench.topic, 2)])
    for (const qos of [0, 1, 2]) {
      await current.publish(bench.topic, `5, QoS ${qos}`, { qos, properties: [...others, ...users] })
      expectAll(await completed(current))
      expect(await old.receive()).toMatchObject({ payload: `5, QoS ${qos}`, qos })
      await old.publish(bench.topic, `3.1.1, QoS ${qos}`, { qos })
      const message = await completed(current)
      expect([message.payload.toString(), message.properties ?? {}]).toEqual([`3.1.1, QoS ${qos}`, {}])
      expect(await old.receive()).toMatchObject({ payload: `3.1.1, QoS ${qos}`, qos })
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-17', 'MQTT-3.3.1-9'] },
  'retained messages and wills pass between the versions too',
  async (bench) => {
    const publisher = await bench.connect()
    await publisher.publish(`${bench.topic}/5`, 'from 5', { qos: 1, retain: true, properties: users })
    const oldPublisher = await bench.connectAs('mqtt311')
    await oldPublisher.publish(`${bench.topic}/311`, 'from 3.1.1', { qos: 1, retain: true })
    const old = await bench.connectAs('mqtt311')
    const current = await bench.connect()
    for (const client of [old, current]) {
      await client.subscribe(`${bench.topic}/+`, 1)
      const seen = [(await client.receive()).payload, (await client.receive()).payload]
      expect(seen.sort()).toEqual(['from 3.1.1', 'from 5'])
    }
    const will = { topic: `${bench.topic}/will`, payload: 'gone', qos: 1, properties: users }
    const dying = await bench.connect({ will })
    dying.drop()
    expect((await old.receive()).payload).toBe('gone')
    expect((await current.expect('publish')).raw.includes(Buffer.concat(users))).toBe(true)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-13', 'MQTT-3.3.2-14', 'MQTT-3.3.2-19', 'MQTT-1.5.7-1', 'MQTT-4.13.1-1'] },
  'strings among the properties of PUBLISH that are none end the connection',
  async (bench) => {
    const bad = Buffer.of(0xed, 0xa0, 0x80)
    const wrong = {
      'response topic': [property.responseTopic(bad)],
      'response topic with U+0000': [property.responseTopic('a\0')],
      'response topic with #': [property.responseTopic('a/#')],
      'response topic with +': [property.responseTopic('+')],
      'content type': [property.contentType(bad)],
      'content type with U+0000': [property.contentType('a\0')],
      'name of a user property': [property.user(bad, 'x')],
      'value of a user property': [property.user('x', bad)],
      'value with U+0000': [property.user('x', 'a\0b')],
    }
    for (const [what, properties] of Object.entries(wrong))
      await bench.violates(what, bench.bytes.publish(bench.topic, 'x', { properties }), bytes.pingreq)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-6', 'MQTT-4.13.1-1'] },
  'a PUBLISH with properties that it may not have ends the connection',
  async (bench) => {
    const wrong = {
      'a subscription identifier': [property.subscriptionIdentifier(1)],
      'a session expiry': [property.sessionExpiry(1)],
      'a will delay': [property.willDelay(1)],
      'a reason string': [property.reasonString('x')],
      'an unknown one': [Buffer.of(0x7e, 0)],
      'payload format 2': [property.payloadFormat(2)],
      'two payload formats': [property.payloadFormat(1), property.payloadFormat(1)],
      'two expiries': [property.messageExpiry(1), property.messageExpiry(1)],
      'two content types': [property.contentType('a'), property.contentType('a')],
      'two response topics': [property.responseTopic('a'), property.responseTopic('a')],
      'two correlation data': [property.correlationData('a'), property.correlationData('a')],
      'two aliases': [property.topicAlias(1), property.topicAlias(1)],
    }
    for (const [what, properties] of Object.entries(wrong))
      for (const qos of [0, 1])
        await bench.violates(
          `${what}, QoS ${qos}`,
          bench.bytes.publish(bench.topic, 'x', { qos, properties }),
          bytes.pingreq,
        )
  },
)

conformance(
  { mqtt5: ['MQTT-1.5.5-1', 'MQTT-4.13.1-1'] },
  'a property length that lies, or is longer than it needs to be, ends the connection',
  async (bench) => {
    const publish = (...section: number[]) =>
      bytes.packet(0x30, bytes.field(bench.topic), Buffer.from(section))
    const sections = {
      'no length': [],
      'half a length': [0x80],
      'a length beyond the packet': [200, 1],
      'a length within a property': [1, 0x01, 0x01],
      'a length that ends behind a property': [3, 0x01, 0x01],
      'two bytes for 0': [0x80, 0x00],
      'three bytes for 2': [0x82, 0x80, 0x00, 0x01, 0x01],
      'five bytes': [0x82, 0x80, 0x80, 0x80, 0x00, 0x01, 0x01],
    }
    for (const [what, section] of Object.entries(sections))
      await bench.violates(what, publish(...section), bytes.pingreq)
  },
)

function expectAll({ properties, raw }: Received<'publish'>): void {
  expect(properties).toMatchObject({
    payloadFormatIndicator: true,
    contentType: 'text/plain; charset=utf-8',
    responseTopic: 'answers/ä',
    correlationData: Buffer.of(0, 1, 0xfe, 0xff),
  })
  expect(raw.includes(Buffer.concat(users))).toBe(true)
}

/** The next message as a packet, its exchange seen through. */
async function completed(client: Peer): Promise<Received<'publish'>> {
  const message = await client.take('publish')
  const id = message.messageId ?? 0
  if (message.qos === 1) client.send(bytes.puback(id))
  if (message.qos === 2) {
    client.send(bytes.pubrec(id))
    await client.take('pubrel', id)
    client.send(bytes.pubcomp(id))
  }
  return message
}
