import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { disconnectWith, subscribeWith } from './support/bytes-5.js'
import { conformance } from './support/conformance.js'
import { property } from './support/property.js'

// What the interoperability test of Eclipse Paho checks for MQTT 5 beside the scenarios of 3.1.1, one test each.

const noLocal = 4

conformance(
  { mqtt5: ['MQTT-3.1.3-6', 'MQTT-3.1.3-7', 'MQTT-3.2.2-16'] },
  'interoperability: zero length client id and assigned client id',
  async (bench) => {
    for (const clean of [false, true]) {
      const { peer, connack } = await bench.enter({ clientId: '', clean })
      expect(connack.properties?.assignedClientIdentifier).toMatch(/./)
      await peer.disconnect()
    }
  },
)

conformance({ mqtt5: 'MQTT-3.8.4-7' }, 'interoperability: subscribe failure, MQTT 5', async (bench) => {
  const client = await bench.connect()
  expect(await client.subscribe('nosubscribe', 2)).toBeGreaterThanOrEqual(0x80)
  await client.ping()
})

conformance(
  { mqtt5: ['MQTT-3.1.2-23', 'MQTT-4.1.0-2'] },
  'interoperability: session expiry',
  async (bench) => {
    const clientId = bench.id()
    const enter = (seconds: number, clean: boolean) =>
      bench.enter({ clientId, clean, properties: [property.sessionExpiry(seconds)] })
    const none = await enter(0, true)
    await none.peer.subscribe(bench.topic, 2)
    await none.peer.disconnect()
    expect((await enter(0, false)).sessionPresent).toBe(false)
    const kept = await enter(600, true)
    await kept.peer.subscribe(bench.topic, 2)
    await kept.peer.disconnect()
    const back = await enter(1, false)
    expect(back.sessionPresent).toBe(true)
    back.peer.send(disconnectWith(0, [property.sessionExpiry(600)]))
    await back.peer.closed()
    const again = await enter(600, false)
    expect(again.sessionPresent).toBe(true)
    again.peer.send(disconnectWith(0, [property.sessionExpiry(0)]))
    await again.peer.closed()
    expect((await enter(600, false)).sessionPresent).toBe(false)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-4', 'MQTT-3.3.2-17', 'MQTT-3.3.2-20'] },
  'interoperability: user properties, payload format and content type',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 2)
    const properties = [
      property.user('a', '2'),
      property.user('c', '3'),
      property.payloadFormat(1),
      property.contentType('My name'),
    ]
    for (const qos of [0, 1, 2]) {
      await client.publish(bench.topic, '', { qos, properties })
      expect((await client.take('publish')).properties).toMatchObject({
        userProperties: { a: '2', c: '3' },
        payloadFormatIndicator: true,
        contentType: 'My name',
      })
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-5', 'MQTT-3.3.2-6'] },
  'interoperability: publication expiry',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id(), clean: false })
    await away.subscribe(bench.topic, 2)
    await away.disconnect()
    const publisher = await bench.connect()
    for (const qos of [1, 2]) {
      await publisher.publish(bench.topic, 'expires', { qos, properties: [property.messageExpiry(1)] })
      await publisher.publish(bench.topic, 'stays', { qos, properties: [property.messageExpiry(600)] })
    }
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    for (const qos of [1, 2]) {
      const message = await back.take('publish')
      expect([message.payload.toString(), message.qos]).toEqual(['stays', qos])
      expect(message.properties?.messageExpiryInterval).toBeLessThan(600)
    }
    await back.ping()
    expect(back.waiting).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.8.3-3', 'MQTT-3.3.1-10', 'MQTT-3.3.1-11', 'MQTT-3.3.1-13'] },
  'interoperability: subscribe options',
  async (bench) => {
    const client = await bench.connect()
    const other = await bench.connect()
    for (const one of [client, other]) await one.subscribe(bench.topic, 2 | noLocal)
    await client.publish(bench.topic, 'no local', { qos: 1 })
    expect((await other.receive()).payload).toBe('no local')
    await client.ping()
    expect(client.waiting).toEqual([])
    const kept = `${bench.topic}/kept`
    const asPublished = await bench.connect()
    await asPublished.subscribe(kept, 2 | 8)
    for (const retain of [false, true]) {
      await asPublished.publish(kept, `${retain}`, { qos: 1, retain })
      expect((await asPublished.receive()).retain).toBe(retain)
    }
    for (const [handling, copies] of [
      [1, 1],
      [1, 1],
      [2, 1],
      [0, 2],
      [0, 3],
    ] as const) {
      await client.subscribe(kept, 1 | (handling << 4))
      await client.ping()
      while (client.waiting.length < copies) await client.ping()
      expect(client.waiting).toHaveLength(copies)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-3', 'MQTT-3.3.4-4'] },
  'interoperability: subscription identifiers',
  async (bench) => {
    const client = await bench.connect()
    const other = await bench.connect()
    client.send(subscribeWith([property.subscriptionIdentifier(456_789)], 1, [bench.topic, 2]))
    await client.take('suback')
    for (const [identifier, filter] of [
      [2, bench.topic],
      [3, `${bench.topic}/#`],
    ] as const) {
      other.send(subscribeWith([property.subscriptionIdentifier(identifier)], identifier, [filter, 2]))
      await other.take('suback')
    }
    await other.publish(bench.topic, 'x', { qos: 1 })
    expect((await client.take('publish')).properties?.subscriptionIdentifier).toBe(456_789)
    const seen = [(await other.take('publish')).properties?.subscriptionIdentifier ?? []].flat()
    expect(seen.sort()).toEqual([2, 3])
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-15', 'MQTT-3.3.2-16'] },
  'interoperability: request and response',
  async (bench) => {
    const requester = await bench.connect()
    const responder = await bench.connect()
    for (const one of [requester, responder]) await one.subscribe(bench.topic, 2 | noLocal)
    const properties = [property.responseTopic(bench.topic), property.correlationData('334')]
    await requester.publish(bench.topic, 'request', { qos: 1, properties })
    const request = await responder.take('publish')
    expect(request.properties).toMatchObject({
      responseTopic: bench.topic,
      correlationData: Buffer.from('334'),
    })
    await responder.publish(request.properties?.responseTopic ?? '', 'response', { qos: 1, properties })
    const response = await requester.take('publish')
    expect(response.payload.toString()).toBe('response')
    expect(response.properties?.correlationData).toEqual(Buffer.from('334'))
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-7', 'MQTT-3.3.2-8', 'MQTT-3.3.2-12'] },
  'interoperability: topic aliases of a client',
  async (bench) => {
    const zero = bench.bytes.publish(bench.topic, 'x', { qos: 1, properties: [property.topicAlias(0)] })
    await bench.violates('alias 0', zero)
    const { peer, connack } = await bench.enter({ clientId: bench.id(), clean: false })
    if ((connack.properties?.topicAliasMaximum ?? 0) === 0) return
    await peer.subscribe(bench.topic, 2)
    const properties = [property.topicAlias(1)]
    await peer.publish(bench.topic, 'topic alias 1', { qos: 1, properties })
    await peer.publish('', 'topic alias 2', { qos: 1, properties })
    for (const n of [1, 2]) expect((await peer.receive()).payload).toBe(`topic alias ${n}`)
    await peer.disconnect()
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    await back.publish(bench.topic, 'topic alias 3', { qos: 1 })
    expect((await back.receive()).payload).toBe('topic alias 3')
    back.send(bench.bytes.publish('', 'topic alias 4', { qos: 1, properties }))
    await back.expectClosed()
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-26', 'MQTT-3.1.2-27'] },
  'interoperability: topic aliases of the server',
  async (bench) => {
    for (const maximum of [1, 0]) {
      const client = await bench.connect({ properties: [property.topicAliasMaximum(maximum)] })
      await client.subscribe(bench.topic, 2)
      for (const qos of [0, 1, 2]) {
        await client.publish(bench.topic, 'x', { qos })
        const { topic, properties } = await client.take('publish')
        const alias = properties?.topicAlias
        expect(topic === bench.topic || (topic === '' && alias === 1)).toBe(true)
        if (maximum === 0) expect(alias).toBeUndefined()
      }
      await client.disconnect()
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-24', 'MQTT-3.1.2-25'] },
  'interoperability: maximum packet size',
  async (bench) => {
    const client = await bench.connect({ properties: [property.maximumPacketSize(100)] })
    await client.subscribe(bench.topic, 2)
    await client.publish(bench.topic, 'x'.repeat(32), { qos: 0 })
    expect((await client.receive()).payload).toHaveLength(32)
    await client.publish(bench.topic, 'x'.repeat(100), { qos: 1 })
    await client.ping()
    expect(client.waiting).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.2.2-22', 'MQTT-3.1.2-22'] },
  'interoperability: server keep alive',
  async (bench) => {
    const { peer, connack } = await bench.enter({ keepAliveSeconds: 65_535 })
    expect(connack.properties?.serverKeepAlive ?? 65_535).toBeGreaterThan(0)
    await peer.ping()
  },
)

conformance({ mqtt5: ['MQTT-3.3.4-9', 'MQTT-4.9.0-2'] }, 'interoperability: flow control', async (bench) => {
  const client = await bench.connect({ properties: [property.receiveMaximum(2)] })
  await client.subscribe(bench.topic, 2)
  for (const n of [1, 2, 3]) await client.publish(bench.topic, `message ${n}`, { qos: 1 })
  const first = await client.expect('publish')
  await client.expect('publish')
  await client.ping()
  expect(client.waiting).toEqual([])
  client.send(bytes.puback(first.messageId ?? 0))
  expect((await client.expect('publish')).payload.toString()).toBe('message 3')
})

conformance(
  { mqtt5: ['MQTT-3.1.2-8', 'MQTT-3.1.3-9'] },
  'interoperability: will delay and session expiry, whichever is first',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 2)
    for (const [delay, expiry] of [
      [1, 3_600],
      [3_600, 0],
      [3_600, 1],
    ] as const) {
      const properties = [property.willDelay(delay)]
      const client = await bench.connect({
        properties: [property.sessionExpiry(expiry)],
        will: { topic: bench.topic, payload: `${delay} ${expiry}`, properties },
      })
      client.drop()
      expect((await watcher.receive()).payload).toBe(`${delay} ${expiry}`)
    }
  },
)

conformance({ mqtt5: 'MQTT-4.8.2-1' }, 'interoperability: shared subscriptions', async (bench) => {
  const members = await Promise.all([bench.connect(), bench.connect()])
  for (const member of members)
    await member.subscribeAll([`$share/sharename/${bench.topic}/x`, 2], [bench.topic, 2])
  const publisher = await bench.connect()
  await publisher.publish(bench.topic, 'to both', { qos: 0 })
  for (const member of members) expect((await member.receive()).payload).toBe('to both')
  await publisher.publish(`${bench.topic}/x`, 'to one', { qos: 0 })
  const waiting = () => members.flatMap((member) => member.waiting)
  while (waiting().length === 0) for (const member of members) await member.ping()
  for (const member of members) await member.ping()
  expect(waiting()).toHaveLength(1)
})
