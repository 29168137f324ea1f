import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { acknowledge } from './support/bytes-5.js'
import { conformance } from './support/conformance.js'
import { property } from './support/property.js'

conformance(
  { mqtt5: ['MQTT-3.3.4-9', 'MQTT-4.9.0-1', 'MQTT-4.9.0-2'] },
  'no more QoS 1 messages are under way than the Receive Maximum of the client',
  async (bench) => {
    for (const maximum of [1, 2, 5]) {
      const subscriber = await bench.connect({ properties: [property.receiveMaximum(maximum)] })
      const topic = `${bench.topic}/${maximum}`
      await subscriber.subscribe(topic, 1)
      const publisher = await bench.connect()
      for (let n = 0; n < 10; n += 1) await publisher.publish(topic, `${n}`, { qos: 1 })
      for (let n = 0; n < 10; n += 1) {
        const expected = Math.min(maximum, 10 - n)
        while (subscriber.waiting.length < expected) await subscriber.ping()
        await subscriber.ping()
        expect(subscriber.waiting).toHaveLength(expected)
        const { messageId = 0, payload } = await subscriber.expect('publish')
        expect(payload.toString()).toBe(`${n}`)
        subscriber.send(bytes.puback(messageId))
      }
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-9', 'MQTT-4.9.0-2'] },
  'a QoS 2 exchange counts until PUBCOMP, or until a PUBREC that fails',
  async (bench) => {
    const subscriber = await bench.connect({ properties: [property.receiveMaximum(1)] })
    await subscriber.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    for (let n = 0; n < 3; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 2 })
    const first = await subscriber.expect('publish')
    subscriber.send(bytes.pubrec(first.messageId ?? 0))
    await subscriber.expect('pubrel')
    await subscriber.ping()
    expect(subscriber.waiting).toEqual([])
    subscriber.send(bytes.pubcomp(first.messageId ?? 0))
    const second = await subscriber.expect('publish')
    subscriber.send(acknowledge(0x50, second.messageId ?? 0, 0x80))
    expect((await subscriber.expect('publish')).payload.toString()).toBe('2')
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-10', 'MQTT-4.9.0-3'] },
  'a client at its Receive Maximum still gets all answers, to everything that it sends',
  async (bench) => {
    const client = await bench.connect({ properties: [property.receiveMaximum(1)] })
    await client.subscribe(bench.topic, 2)
    for (let n = 0; n < 3; n += 1) await client.publish(bench.topic, `${n}`, { qos: 1 })
    await client.expect('publish')
    expect(await client.subscribe(`${bench.topic}/x`, 1)).toBe(1)
    await client.unsubscribe(`${bench.topic}/x`)
    await client.publish(`${bench.topic}/x`, 'x', { qos: 2 })
    await client.ping()
    expect(client.waiting).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-9', 'MQTT-4.9.0-1', 'MQTT-4.4.0-1'] },
  'the Receive Maximum of the next connection counts for what comes again',
  async (bench) => {
    const connect = (maximum: number) =>
      bench.connect({
        clientId: bench.id(),
        clean: false,
        properties: [property.receiveMaximum(maximum), property.sessionExpiry(600)],
      })
    const first = await connect(10)
    await first.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    for (let n = 0; n < 6; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 1 })
    for (let n = 0; n < 6; n += 1) await first.expect('publish')
    first.drop()
    const back = await connect(2)
    for (let n = 0; n < 6; n += 1) {
      const expected = Math.min(2, 6 - n)
      while (back.waiting.length < expected) await back.ping()
      await back.ping()
      expect(back.waiting).toHaveLength(expected)
      const { messageId = 0, payload, dup } = await back.expect('publish')
      expect([payload.toString(), dup]).toEqual([`${n}`, true])
      back.send(bytes.puback(messageId))
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-7', 'MQTT-4.13.1-1'] },
  'a client that goes far beyond the Receive Maximum of the broker is disconnected',
  async (bench) => {
    const { peer, connack } = await bench.enter()
    const maximum = connack.properties?.receiveMaximum ?? 65_535
    const count = Math.min(65_535, 2 * maximum + 100)
    if (count === 65_535) return
    const packets = Array.from({ length: count }, (_, n) =>
      bench.bytes.publish(bench.topic, 'x', { qos: 2, id: n + 1 }),
    )
    peer.send(...packets)
    await peer.closed()
    const farewell = peer.waiting.at(-1)
    if (farewell?.cmd === 'disconnect') expect(farewell.reasonCode).toBe(0x93)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.4-7', 'MQTT-4.9.0-3'] },
  'a client may use the whole Receive Maximum of the broker, again and again',
  async (bench) => {
    const { peer, connack } = await bench.enter()
    const maximum = Math.min(connack.properties?.receiveMaximum ?? 65_535, 1_000)
    for (let round = 0; round < 3; round += 1) {
      const ids = Array.from({ length: maximum }, (_, n) => n + 1)
      peer.send(...ids.map((id) => bench.bytes.publish(bench.topic, 'x', { qos: 2, id })))
      for (const id of ids) expect((await peer.expect('pubrec')).messageId).toBe(id)
      peer.send(...ids.map(bytes.pubrel))
      for (const id of ids) expect((await peer.expect('pubcomp')).messageId).toBe(id)
    }
  },
)
