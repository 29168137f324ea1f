import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import { conformance } from './support/conformance.js'
import type { Delivery } from './support/peer.js'

conformance(
  { mqtt311: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8'], mqtt5: ['MQTT-3.3.1-5', 'MQTT-3.3.1-9'] },
  'a retained message is stored with its QoS and sent to new subscribers with RETAIN 1',
  async (bench) => {
    const publisher = await bench.connect()
    for (const qos of [0, 1, 2]) {
      await publisher.publish(`${bench.topic}/${qos}`, `QoS ${qos}`, { qos, retain: true })
    }
    for (const granted of [2, 1, 0]) {
      const seen = await retained(bench, `${bench.topic}/+`, granted)
      expect(seen).toHaveLength(3)
      for (const qos of [0, 1, 2]) {
        expect(seen).toContainEqual({
          topic: `${bench.topic}/${qos}`,
          payload: `QoS ${qos}`,
          qos: Math.min(qos, granted),
          retain: true,
          dup: false,
        })
      }
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-6', mqtt5: 'MQTT-3.3.1-9' },
  'only the last retained message of a topic is sent',
  async (bench) => {
    const publisher = await bench.connect()
    for (const payload of ['first', 'second', 'third']) {
      await publisher.publish(bench.topic, payload, { qos: 1, retain: true })
    }
    expect((await retained(bench)).map(({ payload }) => payload)).toEqual(['third'])
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-6', mqtt5: 'MQTT-3.3.1-9' },
  'retained messages are found through every kind of filter',
  async (bench) => {
    const publisher = await bench.connect()
    for (const topic of ['a', 'a/b', 'a/b/c', 'd/', '/e']) {
      await publisher.publish(`${bench.topic}/${topic}`, topic, { qos: 1, retain: true })
    }
    const found = async (filter: string) =>
      (await retained(bench, `${bench.topic}/${filter}`)).map(({ payload }) => payload).sort()
    expect(await found('#')).toEqual(['/e', 'a', 'a/b', 'a/b/c', 'd/'])
    expect(await found('a/#')).toEqual(['a', 'a/b', 'a/b/c'])
    expect(await found('+')).toEqual(['a'])
    expect(await found('+/+')).toEqual(['/e', 'a/b', 'd/'])
    expect(await found('+/b/+')).toEqual(['a/b/c'])
    expect(await found('a/b')).toEqual(['a/b'])
    expect(await found('b')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-7', mqtt5: 'MQTT-3.3.1-5' },
  'a retained QoS 0 message replaces the one before',
  async (bench) => {
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'old', { qos: 2, retain: true })
    await publisher.publish(bench.topic, 'new', { qos: 0, retain: true })
    const seen = await retained(bench)
    expect(seen.map(({ payload }) => payload)).not.toContain('old')
    expect(seen).toEqual([{ topic: bench.topic, payload: 'new', qos: 0, retain: true, dup: false }])
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-9', mqtt5: 'MQTT-3.3.1-12' },
  'an existing subscription gets RETAIN 0',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(`${bench.topic}/#`, 2)
    for (const qos of [0, 1, 2]) {
      await client.publish(`${bench.topic}/${qos}`, 'x', { qos, retain: true })
      expect(await client.receive()).toMatchObject({ qos, retain: false })
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-9', mqtt5: 'MQTT-3.3.1-12' },
  'what waited for a stored session has RETAIN 0',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id(), clean: false })
    await away.subscribe(bench.topic, 2)
    await away.disconnect()
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'x', { qos: 2, retain: true })
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    expect(await back.receive()).toMatchObject({ payload: 'x', retain: false })
  },
)

conformance(
  { mqtt311: ['MQTT-3.3.1-10', 'MQTT-3.3.1-11'], mqtt5: ['MQTT-3.3.1-6', 'MQTT-3.3.1-7'] },
  'an empty retained message is delivered and clears what was retained',
  async (bench) => {
    const client = await bench.connect()
    for (const qos of [0, 1, 2]) {
      const topic = `${bench.topic}/${qos}`
      await client.publish(topic, 'kept', { qos: 1, retain: true })
      await client.subscribe(topic, 2)
      expect(await client.receive()).toMatchObject({ payload: 'kept', retain: true })
      await client.publish(topic, '', { qos, retain: true })
      expect(await client.receive()).toEqual({ topic, payload: '', qos, retain: false, dup: false })
    }
    expect(await retained(bench, `${bench.topic}/#`)).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-11', mqtt5: 'MQTT-3.3.1-7' },
  'an empty retained message where nothing was retained is not stored',
  async (bench) => {
    const publisher = await bench.connect()
    for (const qos of [0, 1, 2]) await publisher.publish(`${bench.topic}/${qos}`, '', { qos, retain: true })
    expect(await retained(bench, `${bench.topic}/#`)).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-12', mqtt5: 'MQTT-3.3.1-8' },
  'messages with RETAIN 0 neither store, replace nor clear',
  async (bench) => {
    const publisher = await bench.connect()
    const [kept, never] = [`${bench.topic}/kept`, `${bench.topic}/never`]
    await publisher.publish(kept, 'kept', { qos: 1, retain: true })
    for (const qos of [0, 1, 2]) {
      await publisher.publish(kept, 'passing', { qos })
      await publisher.publish(kept, '', { qos })
      await publisher.publish(never, 'passing', { qos })
    }
    expect((await retained(bench, `${bench.topic}/#`)).map(({ payload }) => payload)).toEqual(['kept'])
  },
)

conformance(
  { mqtt311: ['MQTT-3.8.4-3', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8'], mqtt5: ['MQTT-3.8.4-4', 'MQTT-3.3.1-9'] },
  'subscribing again sends retained messages again',
  async (bench) => {
    const client = await bench.connect()
    await client.publish(bench.topic, 'kept', { qos: 1, retain: true })
    for (let times = 0; times < 3; times += 1) {
      await client.subscribe(bench.topic, 1)
      expect(await client.receive()).toMatchObject({ payload: 'kept', retain: true })
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.3.1-6', mqtt5: 'MQTT-3.3.1-9' },
  'a restored subscription is not new: nothing retained is sent again',
  async (bench) => {
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'kept', { qos: 1, retain: true })
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.subscribe(bench.topic, 1)
    await first.receive()
    await first.disconnect()
    const back = await bench.connect({ clientId: bench.id(), clean: false })
    await publisher.publish(bench.topic, 'end', { qos: 1 })
    expect(await back.receiveUntil('end')).toEqual([])
  },
)

/** What a new subscriber to the filter is sent; a last message on a topic of its own marks the end. */
async function retained(bench: Bench, filter = bench.topic, qos = 2): Promise<Delivery[]> {
  const subscriber = await bench.connect()
  await subscriber.subscribe(filter, qos)
  const mark = `mark/${bench.topic}`
  await subscriber.subscribe(mark, 2)
  await subscriber.publish(mark, 'end', { qos: 2 })
  const seen = await subscriber.receiveUntil('end')
  await subscriber.disconnect()
  return seen
}
