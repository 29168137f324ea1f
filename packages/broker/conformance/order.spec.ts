import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'

const many = 100
const numbers = Array.from({ length: many }, (_, n) => n)

conformance(
  { mqtt311: 'MQTT-4.6.0-1', mqtt5: ['MQTT-4.6.0-6', 'MQTT-4.4.0-1'] },
  'messages come again in the order in which they were sent first',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.subscribe(`${bench.topic}/#`, 2)
    const publisher = await bench.connect()
    for (let n = 0; n < 20; n += 1)
      await publisher.publish(`${bench.topic}/${n % 3}`, `${n}`, { qos: 1 + (n % 2) })
    const original: [string, number | undefined][] = []
    for (let n = 0; n < 20; n += 1) original.push(entry(await first.expect('publish')))
    first.send(bytes.puback(original[4]?.[1] ?? 0))
    await first.ping()
    first.drop()
    const { peer } = await bench.enter({ clientId: bench.id(), clean: false })
    const again: [string, number | undefined][] = []
    for (let n = 0; n < 19; n += 1) {
      const message = await peer.expect('publish')
      expect(message.dup).toBe(true)
      again.push(entry(message))
    }
    expect(again).toEqual(original.filter((_, n) => n !== 4))
  },
)

conformance(
  { mqtt311: 'MQTT-4.6.0-1', mqtt5: ['MQTT-4.6.0-6', 'MQTT-4.4.0-1'] },
  'what was sent comes again before what waited unsent',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    for (let n = 0; n < 5; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 1 })
    for (let n = 0; n < 5; n += 1) await first.expect('publish')
    first.drop()
    for (let n = 5; n < 10; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 1 })
    const { peer } = await bench.enter({ clientId: bench.id(), clean: false })
    const seen = []
    for (let n = 0; n < 10; n += 1) seen.push((await peer.receive()).payload)
    expect(seen).toEqual(numbers.slice(0, 10).map(String))
  },
)

conformance(
  { mqtt311: 'MQTT-4.6.0-2', mqtt5: 'MQTT-4.6.0-6' },
  'PUBACKs are in the order of the messages',
  async (bench) => {
    const client = await bench.connect()
    client.send(...numbers.map((n) => bench.bytes.publish(bench.topic, `${n}`, { qos: 1, id: many - n })))
    for (const n of numbers) expect((await client.expect('puback')).messageId).toBe(many - n)
  },
)

conformance(
  { mqtt311: 'MQTT-4.6.0-3', mqtt5: 'MQTT-4.6.0-6' },
  'PUBRECs are in the order of the messages',
  async (bench) => {
    const client = await bench.connect()
    client.send(...numbers.map((n) => bench.bytes.publish(bench.topic, `${n}`, { qos: 2, id: many - n })))
    for (const n of numbers) expect((await client.expect('pubrec')).messageId).toBe(many - n)
  },
)

conformance(
  { mqtt311: ['MQTT-4.6.0-2', 'MQTT-4.6.0-3'], mqtt5: 'MQTT-4.6.0-6' },
  'acknowledgements keep their order when the host decides later messages first',
  async (bench) => {
    const client = await bench.connect()
    const packets = [1, 2].flatMap((qos) =>
      numbers
        .slice(0, 20)
        .map((n) =>
          bench.bytes.publish(`${n % 3 ? 'now' : 'later'}/${bench.topic}`, 'x', { qos, id: qos * 100 + n }),
        ),
    )
    client.send(...packets)
    for (let n = 0; n < 20; n += 1) expect((await client.take('puback')).messageId).toBe(100 + n)
    for (let n = 0; n < 20; n += 1) expect((await client.take('pubrec')).messageId).toBe(200 + n)
  },
  { broker: 'rules' },
)

conformance(
  { mqtt311: 'MQTT-4.6.0-4', mqtt5: 'MQTT-4.6.0-6' },
  'PUBRELs are in the order of the PUBRECs',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    const ids: number[] = []
    for (let n = 0; n < 20; n += 1) {
      await publisher.publish(bench.topic, `${n}`, { qos: 2 })
      ids.push((await client.expect('publish')).messageId ?? 0)
    }
    client.send(...ids.map(bytes.pubrec))
    for (const id of ids) expect((await client.expect('pubrel')).messageId).toBe(id)
  },
)

conformance(
  { mqtt311: ['MQTT-4.6.0-5', 'MQTT-4.6.0-6'], mqtt5: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'] },
  'each QoS keeps the order of a publisher, on any filter',
  async (bench) => {
    for (const filter of [bench.topic, `${bench.topic}/#`]) {
      for (const qos of [0, 1, 2])
        expect(await throughput(bench, filter, () => qos)).toEqual(numbers.map(String))
    }
  },
)

conformance(
  { mqtt311: 'MQTT-4.6.0-6', mqtt5: 'MQTT-4.6.0-5' },
  'order holds for each QoS when they are mixed',
  async (bench) => {
    const seen = await throughput(bench, bench.topic, (n) => n % 3)
    for (const qos of [0, 1, 2]) {
      const own = seen.filter((payload) => Number(payload) % 3 === qos)
      expect(own).toEqual(numbers.filter((n) => n % 3 === qos).map(String))
    }
  },
)

conformance(
  { mqtt311: 'MQTT-4.6.0-6', mqtt5: 'MQTT-4.6.0-5' },
  'order holds when large and small messages alternate',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    const payloads = numbers.slice(0, 20).map((n) => `${n} ${'x'.repeat(n % 2 ? 40_000 : 0)}`)
    publisher.send(
      ...payloads.map((payload, n) => bench.bytes.publish(bench.topic, payload, { qos: 1, id: n + 1 })),
    )
    for (const payload of payloads) expect((await subscriber.receive()).payload).toBe(payload)
  },
)

/** Payloads as a subscriber gets them after one client sent them in one write. */
async function throughput(bench: Bench, filter: string, qosOf: (n: number) => number): Promise<string[]> {
  const subscriber = await bench.connect()
  await subscriber.subscribe(filter, 2)
  const publisher = await bench.connect()
  publisher.send(
    ...numbers.map((n) => bench.bytes.publish(bench.topic, `${n}`, { qos: qosOf(n), id: n + 1 })),
  )
  const released = release(
    publisher,
    numbers.filter((n) => qosOf(n) === 2).map((n) => n + 1),
  )
  const seen = []
  for (let n = 0; n < many; n += 1) seen.push((await subscriber.receive()).payload)
  await released
  await subscriber.disconnect()
  return seen
}

async function release(publisher: Peer, ids: number[]): Promise<void> {
  for (const id of ids) {
    await publisher.take('pubrec', id)
    publisher.send(bytes.pubrel(id))
  }
  for (const id of ids) await publisher.take('pubcomp', id)
}

function entry(message: { payload: string | Buffer; messageId?: number }): [string, number | undefined] {
  return [message.payload.toString(), message.messageId]
}
