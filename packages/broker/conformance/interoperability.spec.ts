import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'

// What the interoperability test of Eclipse Paho checks for MQTT 3.1.1, one scenario each.

conformance(
  { mqtt311: ['MQTT-7.0.0-2', 'MQTT-3.1.0-2', 'MQTT-3.1.2-1'], mqtt5: ['MQTT-3.1.0-2', 'MQTT-3.1.2-1'] },
  'interoperability: basic',
  async (bench) => {
    const clientId = bench.id()
    const first = await bench.connect({ clientId })
    await first.disconnect()
    const client = await bench.connect({ clientId })
    await client.subscribe(bench.topic, 2)
    for (const qos of [0, 1, 2]) await client.publish(bench.topic, `QoS ${qos}`, { qos })
    for (const qos of [0, 1, 2]) expect(await client.receive()).toMatchObject({ payload: `QoS ${qos}`, qos })
    client.send(bench.bytes.connect({ clientId }))
    await client.expectClosed()
    const stranger = await bench.open()
    stranger.send(bench.bytes.connect({ clientId, protocolName: 'hj' }))
    await stranger.closed()
  },
)

conformance(
  {
    mqtt311: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-10'],
    mqtt5: ['MQTT-3.3.1-5', 'MQTT-3.3.1-9', 'MQTT-3.3.1-6'],
  },
  'interoperability: retained messages',
  async (bench) => {
    const client = await bench.connect()
    const topics = [0, 1, 2].map((qos) => `${bench.topic}/QoS ${qos}`)
    for (const [qos, topic] of topics.entries())
      await client.publish(topic, `kept ${qos}`, { qos, retain: true })
    await client.subscribe(`${bench.topic}/+`, 2)
    const seen = [await client.receive(), await client.receive(), await client.receive()]
    expect(seen.every(({ retain }) => retain)).toBe(true)
    expect(seen.map(({ topic }) => topic).sort()).toEqual(topics)
    await client.disconnect()
    const again = await bench.connect()
    for (const [qos, topic] of topics.entries()) await again.publish(topic, '', { qos, retain: true })
    await again.subscribe(`${bench.topic}/+`, 2)
    await again.publish(`${bench.topic}/end`, 'end', { qos: 2 })
    expect(await again.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'], mqtt5: ['MQTT-3.1.2-23', 'MQTT-4.5.0-1'] },
  'interoperability: offline message queueing',
  async (bench) => {
    const clientId = bench.id()
    const away = await bench.connect({ clientId, clean: false })
    await away.subscribe(`${bench.topic}/+`, 2)
    await away.disconnect()
    const publisher = await bench.connect()
    for (const qos of [0, 1, 2]) await publisher.publish(`${bench.topic}/${qos}`, `QoS ${qos}`, { qos })
    const back = await bench.connect({ clientId, clean: false })
    await publisher.publish(`${bench.topic}/end`, 'end', { qos: 2 })
    const payloads = (await back.receiveUntil('end')).map(({ payload }) => payload)
    expect(payloads.filter((payload) => payload !== 'QoS 0')).toEqual(['QoS 1', 'QoS 2'])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-8', mqtt5: ['MQTT-3.1.2-7', 'MQTT-3.1.2-8'] },
  'interoperability: will message',
  async (bench) => {
    const watcher = await bench.connect({ clean: false })
    await watcher.subscribe(bench.topic, 2)
    const will = { topic: bench.topic, payload: 'client not disconnected' }
    const client = await bench.connect({ clientId: bench.id(), will, keepAliveSeconds: 2 })
    client.drop()
    expect(await watcher.receive()).toMatchObject({
      topic: bench.topic,
      payload: 'client not disconnected',
      qos: 0,
    })
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.5-1', mqtt5: 'MQTT-3.3.4-2' },
  'interoperability: overlapping subscriptions',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribeAll([`${bench.topic}/#`, 2], [`${bench.topic}/+`, 1])
    await client.publish(`${bench.topic}/C`, 'overlapping', { qos: 2 })
    await client.publish(bench.topic, 'end', { qos: 2 })
    const copies = (await client.receiveUntil('end')).map(({ qos }) => qos)
    expect(copies.length === 1 ? copies : copies.sort().reverse()).toEqual(copies.length === 1 ? [2] : [2, 1])
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-24', 'MQTT-3.1.2-8'], mqtt5: ['MQTT-3.1.2-22', 'MQTT-3.1.2-7', 'MQTT-3.1.2-8'] },
  'interoperability: keep alive',
  async (bench) => {
    const watcher = await bench.connect({ keepAliveSeconds: 0 })
    await watcher.subscribe(bench.topic, 2)
    const will = { topic: bench.topic, payload: 'keep alive expired' }
    const silent = await bench.connect({ clientId: bench.id(), will, keepAliveSeconds: 1 })
    expect((await watcher.receive()).payload).toBe('keep alive expired')
    await silent.closed()
  },
)

conformance(
  { mqtt311: 'MQTT-4.4.0-1', mqtt5: 'MQTT-4.4.0-1' },
  'interoperability: redelivery on reconnect',
  async (bench) => {
    const clientId = bench.id()
    const first = await bench.connect({ clientId, clean: false })
    await first.subscribe(`${bench.topic}/#`, 2)
    first.send(bench.bytes.publish(`${bench.topic}/B`, '', { qos: 1, id: 1 }))
    first.send(bench.bytes.publish(`${bench.topic}/C`, '', { qos: 2, id: 2 }))
    await first.take('pubrec')
    first.send(bytes.pubrel(2))
    await first.take('pubcomp')
    await first.disconnect()
    const back = await bench.connect({ clientId, clean: false })
    const seen = [await back.receive(), await back.receive()]
    expect(seen.map(({ topic, qos }) => [topic, qos])).toEqual([
      [`${bench.topic}/B`, 1],
      [`${bench.topic}/C`, 2],
    ])
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.3-6', 'MQTT-3.1.3-8'] },
  'interoperability: zero length client id',
  async (bench) => {
    const refused = await bench.open()
    refused.send(bench.bytes.connect({ clientId: '', clean: false }))
    expect((await refused.expect('connack')).returnCode).toBe(2)
    await refused.expectClosed()
    const accepted = await bench.connect({ clientId: '', clean: true })
    await accepted.disconnect()
  },
)

conformance({ mqtt311: 'MQTT-3.8.4-5' }, 'interoperability: subscribe failure', async (bench) => {
  const client = await bench.connect()
  expect(await client.subscribe('nosubscribe', 2)).toBe(0x80)
  await client.ping()
})

conformance(
  { mqtt311: 'MQTT-4.7.2-1', mqtt5: 'MQTT-4.7.2-1' },
  'interoperability: $ topics',
  async (bench) => {
    const client = await bench.connect()
    const name = bench.topic.replaceAll('/', '-')
    await client.subscribe(`+/${name}`, 2)
    await client.publish(`$Topic/${name}`, 'hidden', { qos: 1 })
    await client.publish(`Topic/${name}`, 'end', { qos: 1 })
    expect(await client.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.10.4-2', mqtt5: 'MQTT-3.10.4-2' },
  'interoperability: unsubscribe',
  async (bench) => {
    const client = await bench.connect()
    const topics = ['A', 'A/B', 'A/C'].map((name) => `${bench.topic}/${name}`)
    for (const topic of topics) await client.subscribe(topic, 2)
    await client.unsubscribe(topics[0] ?? '')
    const publisher = await bench.connect()
    for (const topic of topics) await publisher.publish(topic, topic, { qos: 1 })
    expect([(await client.receive()).payload, (await client.receive()).payload]).toEqual(topics.slice(1))
  },
)
