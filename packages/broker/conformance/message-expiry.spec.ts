import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import { property } from './support/property.js'

conformance(
  { mqtt5: 'MQTT-3.3.2-6' },
  'a message that is passed on at once keeps its expiry interval, or nearly',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 1)
    await client.publish(bench.topic, 'x', { qos: 1, properties: [property.messageExpiry(600)] })
    const seconds = (await client.take('publish')).properties?.messageExpiryInterval ?? 0
    expect(seconds).toBeLessThanOrEqual(600)
    expect(seconds).toBeGreaterThan(500)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-5', 'MQTT-3.3.2-6'] },
  'messages that expire while their client is away are discarded, others have less time left',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id(), clean: false })
    await away.subscribe(bench.topic, 2)
    await away.disconnect()
    const publisher = await bench.connect()
    for (const qos of [1, 2])
      await publisher.publish(bench.topic, 'short', { qos, properties: [property.messageExpiry(1)] })
    for (const qos of [1, 2])
      await publisher.publish(bench.topic, 'long', { qos, properties: [property.messageExpiry(600)] })
    await untilExpired(bench, 1)
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    await publisher.publish(bench.topic, 'end', { qos: 1 })
    for (const qos of [1, 2]) {
      const message = await back.take('publish')
      expect([message.payload.toString(), message.qos]).toEqual(['long', qos])
      expect(message.properties?.messageExpiryInterval).toBeLessThan(600)
    }
    expect((await back.take('publish')).payload.toString()).toBe('end')
  },
)

conformance({ mqtt5: 'MQTT-3.3.2-5' }, 'a retained message that has expired is not sent', async (bench) => {
  const publisher = await bench.connect()
  const properties = [property.messageExpiry(1)]
  await publisher.publish(`${bench.topic}/short`, 'short', { qos: 1, retain: true, properties })
  await publisher.publish(`${bench.topic}/long`, 'long', {
    qos: 1,
    retain: true,
    properties: [property.messageExpiry(600)],
  })
  await untilExpired(bench, 1)
  const later = await bench.connect()
  await later.subscribe(`${bench.topic}/+`, 1)
  await later.publish(`${bench.topic}/end`, 'end', { qos: 1 })
  const long = await later.take('publish')
  expect(long.payload.toString()).toBe('long')
  expect(long.properties?.messageExpiryInterval).toBeLessThan(600)
  later.send(bytes.puback(long.messageId ?? 0))
  expect(await later.receiveUntil('end')).toEqual([])
})

conformance(
  { mqtt5: ['MQTT-4.3.3-7', 'MQTT-4.4.0-1'] },
  'a message that was sent once comes again although it has expired',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.subscribe(bench.topic, 2)
    for (const qos of [1, 2])
      await first.publish(bench.topic, `QoS ${qos}`, { qos, properties: [property.messageExpiry(1)] })
    for (const qos of [1, 2]) expect((await first.expect('publish')).qos).toBe(qos)
    first.drop()
    await untilExpired(bench, 1)
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    await back.publish(bench.topic, 'end', { qos: 1 })
    const payloads = (await back.receiveUntil('end')).map(({ payload }) => payload)
    expect(payloads).toContain('QoS 2')
  },
)

conformance(
  { mqtt5: 'MQTT-4.3.3-13' },
  'the exchange of a QoS 2 message goes on when the message has expired meanwhile',
  async (bench) => {
    const client = await bench.connect()
    const publish = bench.bytes.publish(bench.topic, 'x', {
      qos: 2,
      id: 7,
      properties: [property.messageExpiry(1)],
    })
    client.send(publish)
    await client.expect('pubrec')
    await untilExpired(bench, 1)
    client.send(bytes.pubrel(7))
    expect((await client.expect('pubcomp')).messageId).toBe(7)
  },
)

conformance(
  { mqtt5: ['MQTT-4.3.3-7', 'MQTT-4.3.3-5'] },
  'the exchange of a delivery goes on when its message has expired meanwhile',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 2)
    await client.publish(bench.topic, 'x', { qos: 2, properties: [property.messageExpiry(1)] })
    const { messageId = 0 } = await client.take('publish')
    await untilExpired(bench, 1)
    client.send(bytes.pubrec(messageId))
    expect((await client.expect('pubrel')).messageId).toBe(messageId)
    client.send(bytes.pubcomp(messageId))
    await client.ping()
  },
)

/** Waits until a retained message that was published now has expired, with a second in hand. */
async function untilExpired(bench: Bench, seconds: number): Promise<void> {
  const publisher = await bench.connect()
  const topic = `clock/${bench.id()}`
  const properties = [property.messageExpiry(seconds + 1)]
  await publisher.publish(topic, 'tick', { qos: 1, retain: true, properties })
  for (;;) {
    const watcher = await bench.connect()
    await watcher.subscribe(topic, 0)
    await watcher.publish(topic, 'end', { qos: 1 })
    const seen = await watcher.receiveUntil('end')
    await watcher.disconnect()
    if (seen.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
