import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'
import { property } from './support/property.js'

conformance(
  { mqtt5: ['MQTT-3.1.2-24', 'MQTT-3.1.2-25'] },
  'a message is sent up to the Maximum Packet Size of the client, and none above it',
  async (bench) => {
    const exact = bench.bytes.publish(bench.topic, 'x'.repeat(40), { qos: 1 })
    const client = await bench.connect({ properties: [property.maximumPacketSize(exact.length)] })
    await client.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    for (const qos of [0, 1]) {
      await publisher.publish(bench.topic, 'x'.repeat(40), { qos })
      await publisher.publish(bench.topic, 'x'.repeat(43), { qos })
      await publisher.publish(bench.topic, 'end', { qos })
      const seen = (await client.receiveUntil('end')).map(({ payload }) => payload.length)
      expect(seen).toEqual([40])
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-25', 'MQTT-3.1.2-24'] },
  'messages that are too large take no place among those under way, and others still arrive',
  async (bench) => {
    const properties = [property.maximumPacketSize(200), property.receiveMaximum(2)]
    const small = await bench.connect({ properties })
    const large = await bench.connect()
    await Promise.all([small.subscribe(bench.topic, 2), large.subscribe(bench.topic, 2)])
    const publisher = await bench.connect()
    for (let n = 0; n < 6; n += 1)
      await publisher.publish(bench.topic, 'x'.repeat(1_000), { qos: 1 + (n % 2) })
    await publisher.publish(bench.topic, 'end', { qos: 2 })
    expect(await small.receiveUntil('end')).toEqual([])
    expect(await large.receiveUntil('end')).toHaveLength(6)
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-25', 'MQTT-3.1.2-23'] },
  'what waits for a client and is too large for its next connection is discarded',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id(), clean: false })
    await away.subscribe(bench.topic, 1)
    await away.disconnect()
    const publisher = await bench.connect()
    for (const size of [1_000, 10, 2_000]) await publisher.publish(bench.topic, 'x'.repeat(size), { qos: 1 })
    await publisher.publish(bench.topic, 'end', { qos: 1 })
    const properties = [property.maximumPacketSize(200), property.sessionExpiry(600)]
    const back = await bench.connect({ clientId: bench.id(), clean: false, properties })
    const seen = await back.receiveUntil('end')
    expect(seen.map(({ payload }) => payload.length)).toEqual([10])
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-24', 'MQTT-3.1.2-25'] },
  'a retained message that is too large is not sent',
  async (bench) => {
    const publisher = await bench.connect()
    await publisher.publish(`${bench.topic}/large`, 'x'.repeat(1_000), { qos: 1, retain: true })
    await publisher.publish(`${bench.topic}/small`, 'small', { qos: 1, retain: true })
    const client = await bench.connect({ properties: [property.maximumPacketSize(200)] })
    await client.subscribe(`${bench.topic}/+`, 1)
    await client.publish(`${bench.topic}/end`, 'end', { qos: 1 })
    expect((await client.receiveUntil('end')).map(({ payload }) => payload)).toEqual(['small'])
  },
)

conformance(
  { mqtt5: ['MQTT-3.2.2-19', 'MQTT-3.2.2-20', 'MQTT-3.1.2-24'] },
  'a CONNACK that refuses keeps to the Maximum Packet Size of the client',
  async (bench) => {
    for (const size of [5, 8, 20, 40]) {
      const client = await bench.open()
      const properties = [property.maximumPacketSize(size)]
      client.send(bench.bytes.connect({ clientId: bench.id(), username: 'refuse5', properties }))
      await client.closed()
      for (const { raw } of client.waiting) expect(raw.length).toBeLessThanOrEqual(size)
    }
  },
  { broker: 'rules' },
)

conformance(
  {
    mqtt5: [
      'MQTT-3.4.2-2',
      'MQTT-3.4.2-3',
      'MQTT-3.5.2-2',
      'MQTT-3.5.2-3',
      'MQTT-3.9.2-1',
      'MQTT-3.9.2-2',
      'MQTT-3.11.2-1',
      'MQTT-3.11.2-2',
    ],
  },
  'answers that tell of a failure keep to the Maximum Packet Size of the client',
  async (bench) => {
    for (const { client, size } of await smallClients(bench)) {
      const denied = `denied/${bench.topic}`
      client.send(bench.bytes.publish(denied, 'x', { qos: 1, id: 1 }))
      const answers = [await client.expect('puback')]
      client.send(bench.bytes.publish(denied, 'x', { qos: 2, id: 2 }))
      const pubrec = await client.expect('pubrec')
      client.send(bench.bytes.subscribe(3, [`unreadable/${bench.topic}`, 1]))
      const suback = await client.expect('suback')
      client.send(bench.bytes.unsubscribe(4, `never/${bench.topic}`))
      const unsuback = await client.expect('unsuback')
      for (const { raw } of [...answers, pubrec, suback, unsuback])
        expect(raw.length).toBeLessThanOrEqual(size)
    }
  },
  { broker: 'rules' },
)

conformance(
  { mqtt5: ['MQTT-3.6.2-2', 'MQTT-3.6.2-3', 'MQTT-3.7.2-2', 'MQTT-3.7.2-3'] },
  'PUBREL and PUBCOMP keep to the Maximum Packet Size of the client, also for an unknown id',
  async (bench) => {
    for (const { client, size } of await smallClients(bench)) {
      client.send(bytes.pubrec(77), bytes.pubrel(78), bytes.pingreq)
      await client.take('pingresp')
      for (const { raw } of client.waiting) expect(raw.length).toBeLessThanOrEqual(size)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.14.2-3', 'MQTT-3.14.2-4', 'MQTT-3.14.2-2'] },
  'DISCONNECT keeps to the Maximum Packet Size of the client and has no Session Expiry Interval',
  async (bench) => {
    for (const { client, size } of await smallClients(bench)) {
      client.send(bytes.packet(0xf0))
      await client.closed()
      for (const packet of client.waiting) {
        expect(packet.raw.length).toBeLessThanOrEqual(size)
        const properties = packet.cmd === 'disconnect' ? packet.properties : null
        expect(properties ?? {}).not.toHaveProperty('sessionExpiryInterval')
      }
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.2.2-15', 'MQTT-4.13.1-1'] },
  'a packet above the Maximum Packet Size of the broker ends the connection',
  async (bench) => {
    const { peer, connack } = await bench.enter()
    const maximum = connack.properties?.maximumPacketSize ?? 0
    if (maximum === 0) return
    peer.send(Buffer.of(0x30), bytes.variableInteger(maximum), bytes.field(bench.topic), Buffer.of(0))
    await peer.expectClosed()
  },
)

/** Clients with Maximum Packet Sizes that hardly have room for CONNACK. */
async function smallClients(bench: Bench): Promise<{ client: Peer; size: number }[]> {
  const { connack } = await bench.enter()
  const sizes = [0, 4, 20].map((more) => connack.raw.length + more)
  return Promise.all(
    sizes.map(async (size) => ({
      client: await bench.connect({ properties: [property.maximumPacketSize(size)] }),
      size,
    })),
  )
}
