import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'

conformance(
  { mqtt311: ['MQTT-7.1.1-1', 'MQTT-4.6.0-6'], mqtt5: ['MQTT-4.2.0-1', 'MQTT-4.6.0-5'] },
  'a stream means the same however it is cut',
  async (bench) => {
    for (const size of [1, 2, 3, 5, 17, 64, 1000]) {
      const topic = `${bench.topic}/${size}`
      const client = await bench.connect()
      const stream = Buffer.concat([
        bench.bytes.subscribe(1, [topic, 2]),
        bench.bytes.publish(topic, '0'),
        bench.bytes.publish(topic, '1', { qos: 1, id: 2 }),
        bench.bytes.publish(topic, '2'.repeat(130), { qos: 0 }),
        bench.bytes.publish(topic, '3', { qos: 2, id: 3 }),
        bytes.pubrel(3),
        bench.bytes.publish(topic, '4', { qos: 1, id: 4, retain: true }),
        bench.bytes.publish(topic, '', { qos: 1, id: 5 }),
        bench.bytes.publish(topic, '6', { qos: 0 }),
        bytes.pingreq,
      ])
      for (let at = 0; at < stream.length; at += size) client.send(stream.subarray(at, at + size))
      await client.take('suback', 1)
      for (const id of [2, 4, 5]) expect((await client.take('puback')).messageId).toBe(id)
      await client.take('pubcomp', 3)
      const seen: string[] = []
      for (let n = 0; n < 7; n += 1) seen.push((await client.receive()).payload.slice(0, 1))
      expect(seen.sort()).toEqual(['', '0', '1', '2', '3', '4', '6'])
      await client.take('pingresp')
    }
  },
)

conformance(
  { mqtt311: 'MQTT-7.1.1-1', mqtt5: 'MQTT-4.2.0-1' },
  'payloads of every size class pass unchanged',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 1)
    for (const size of [0, 1, 100, 125, 126, 127, 128, 16_383, 16_384, 65_535, 65_536, 1_000_000]) {
      const payload = Buffer.alloc(size, `${size} `)
      for (const qos of [0, 1]) {
        await client.publish(bench.topic, payload, { qos })
        const message = await client.take('publish')
        expect(Buffer.compare(Buffer.from(message.payload), payload), `${size} bytes`).toBe(0)
        if (qos === 1) client.send(bytes.puback(message.messageId ?? 0))
      }
    }
  },
)

conformance(
  {
    mqtt311: ['MQTT-4.3.2-1', 'MQTT-4.6.0-6', 'MQTT-2.3.1-4'],
    mqtt5: ['MQTT-4.3.2-1', 'MQTT-4.6.0-5', 'MQTT-2.2.1-4'],
  },
  'a subscriber that acknowledges late gets everything, in order, with ids that do not collide',
  async (bench) => {
    const total = 1_000
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    for (let from = 0; from < total; from += 100) await publishMany(publisher, bench.topic, from, 100)
    const unacknowledged = new Set<number>()
    const seen: string[] = []
    while (seen.length < total) {
      const { messageId = 0, payload } = await subscriber.expect('publish')
      expect(unacknowledged.has(messageId)).toBe(false)
      unacknowledged.add(messageId)
      seen.push(payload.toString())
      if (subscriber.waiting.length > 0) continue
      subscriber.send(...[...unacknowledged].map(bytes.puback))
      unacknowledged.clear()
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => `${n}`))
  },
)

conformance(
  { mqtt311: 'MQTT-2.3.1-4', mqtt5: 'MQTT-2.2.1-4' },
  'packet ids start again after 65,535 and skip one that is still in use',
  async (bench) => {
    const batch = 500
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    await publishMany(publisher, bench.topic, 0, 1)
    const { messageId: held = 0 } = await subscriber.expect('publish')
    for (let from = 0; from < 66_000; from += batch) {
      await publishMany(publisher, bench.topic, from, batch)
      const acknowledgements: Buffer[] = []
      for (let n = 0; n < batch; n += 1) {
        if (acknowledgements.length === 50 || subscriber.waiting.length === 0) {
          subscriber.send(...acknowledgements.splice(0))
        }
        const { messageId = 0 } = await subscriber.expect('publish')
        if (messageId === held || messageId === 0)
          throw new Error(`id ${messageId} was used for message ${from + n}`)
        acknowledgements.push(bytes.puback(messageId))
      }
      subscriber.send(...acknowledgements)
    }
  },
)

conformance(
  {
    mqtt311: ['MQTT-4.5.0-1', 'MQTT-4.1.0-1', 'MQTT-4.6.0-6'],
    mqtt5: ['MQTT-4.5.0-1', 'MQTT-3.1.2-23', 'MQTT-4.6.0-5'],
  },
  'QoS 1: a subscriber that keeps losing its connection misses nothing and first sees everything in order',
  async (bench) => {
    const first = new Set<string>()
    await whilePublishing(bench, 1, async (peer) => {
      const packet = await peer.next()
      if (packet?.cmd !== 'publish') return first.size
      first.add(packet.payload.toString())
      peer.send(bytes.puback(packet.messageId ?? 0))
      return first.size
    })
    expect([...first]).toEqual(Array.from({ length: flakyTotal }, (_, n) => `${n}`))
  },
)

conformance(
  {
    mqtt311: ['MQTT-4.3.3-1', 'MQTT-4.4.0-1', 'MQTT-4.5.0-1'],
    mqtt5: ['MQTT-4.3.3-6', 'MQTT-4.4.0-1', 'MQTT-4.5.0-1'],
  },
  'QoS 2: a subscriber that keeps losing its connection gets everything exactly once',
  async (bench) => {
    const received: string[] = []
    const open = new Set<number>()
    await whilePublishing(bench, 2, async (peer) => {
      const packet = await peer.next()
      const id = packet?.messageId ?? 0
      if (packet?.cmd === 'publish') {
        if (!open.has(id)) received.push(packet.payload.toString())
        open.add(id)
        peer.send(bytes.pubrec(id))
      } else if (packet?.cmd === 'pubrel') {
        open.delete(id)
        peer.send(bytes.pubcomp(id))
      }
      return received.length
    })
    expect(received).toEqual(Array.from({ length: flakyTotal }, (_, n) => `${n}`))
  },
)

const flakyTotal = 400

/** Publishes `flakyTotal` messages to a stored session whose client is cut off after every 37 packets. */
async function whilePublishing(
  bench: Bench,
  qos: number,
  step: (peer: Peer) => Promise<number>,
): Promise<void> {
  let subscriber = await bench.connect({ clientId: bench.id(), clean: false })
  await subscriber.subscribe(bench.topic, qos)
  const publisher = await bench.connect()
  const published = (async () => {
    for (let n = 0; n < flakyTotal; n += 1) await publisher.publish(bench.topic, `${n}`, { qos })
  })()
  for (let steps = 1; (await step(subscriber)) < flakyTotal; steps += 1) {
    if (steps % 37 !== 0) continue
    subscriber.drop()
    subscriber = await bench.connect({ clientId: bench.id(), clean: false })
  }
  await published
}

async function publishMany(publisher: Peer, topic: string, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => n)
  publisher.send(...numbers.map((n) => publisher.bytes.publish(topic, `${from + n}`, { qos: 1, id: n + 1 })))
  for (const n of numbers) {
    const { messageId } = await publisher.expect('puback')
    if (messageId !== n + 1) throw new Error(`PUBACK ${messageId} instead of ${n + 1}`)
  }
}
