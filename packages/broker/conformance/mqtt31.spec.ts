import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'

// MQTT 3.1 calls itself MQIsdp, level 3. MQTT 3.1.1 lets a server follow that standard instead.

conformance(
  { mqtt311: 'MQTT-3.1.2-1' },
  'MQTT 3.1: a client is accepted and publishes and subscribes at each QoS',
  async (bench) => {
    const client = await connect31(bench)
    for (const qos of [0, 1, 2]) {
      expect(await client.subscribe(`${bench.topic}/${qos}`, qos)).toBe(qos)
      await client.publish(`${bench.topic}/${qos}`, `QoS ${qos}`, { qos })
      expect(await client.receive()).toMatchObject({ payload: `QoS ${qos}`, qos })
    }
    await client.unsubscribe(`${bench.topic}/0`)
    await client.ping()
    await client.disconnect()
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-1' },
  'MQTT 3.1: the reserved byte of CONNACK is 0, with and without a session',
  async (bench) => {
    for (let times = 0; times < 2; times += 1) {
      const client = await bench.open()
      client.send(bench.bytes.connect({ ...mqtt31, clientId: bench.id(), clean: false }))
      expect((await client.expect('connack')).raw).toEqual(Buffer.of(0x20, 2, 0, 0))
      await client.disconnect()
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-1' },
  'MQTT 3.1: a stored session keeps subscriptions and messages',
  async (bench) => {
    const first = await connect31(bench, { clean: false })
    await first.subscribe(bench.topic, 1)
    await first.disconnect()
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'waited', { qos: 2 })
    const second = await connect31(bench, { clean: false })
    expect(await second.receive()).toMatchObject({ payload: 'waited', qos: 1 })
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-1' },
  'MQTT 3.1: wills, user names and retained messages work',
  async (bench) => {
    const watcher = await connect31(bench, { clientId: bench.id('watch') })
    await watcher.subscribe(bench.topic, 1)
    const will = { topic: bench.topic, payload: 'gone', qos: 1, retain: true }
    const client = await connect31(bench, { will, username: 'user', password: 'secret' })
    client.drop()
    expect(await watcher.receive()).toMatchObject({ payload: 'gone', retain: false })
    const later = await connect31(bench, { clientId: bench.id('later') })
    await later.subscribe(bench.topic, 1)
    expect(await later.receive()).toMatchObject({ payload: 'gone', retain: true })
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-1' },
  'MQTT 3.1: an empty client id is refused with 0x02, clean session or not',
  async (bench) => {
    for (const clean of [true, false]) {
      const client = await bench.open()
      client.send(bench.bytes.connect({ ...mqtt31, clientId: '', clean }))
      expect((await client.expect('connack')).raw).toEqual(Buffer.of(0x20, 2, 0, 2))
      await client.expectClosed()
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-1' },
  'MQTT 3.1: clients of both versions exchange messages',
  async (bench) => {
    const old = await connect31(bench)
    const current = await bench.connect()
    await Promise.all([old.subscribe(`${bench.topic}/old`, 2), current.subscribe(`${bench.topic}/new`, 2)])
    await old.publish(`${bench.topic}/new`, 'from 3.1', { qos: 2 })
    await current.publish(`${bench.topic}/old`, 'from 3.1.1', { qos: 2 })
    expect((await current.receive()).payload).toBe('from 3.1')
    expect((await old.receive()).payload).toBe('from 3.1.1')
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-1' },
  'MQTT 3.1: a client may send a message again with DUP 1',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 2)
    const client = await connect31(bench)
    client.send(bench.bytes.publish(bench.topic, 'once', { qos: 2, id: 4 }))
    await client.expect('pubrec')
    client.send(bench.bytes.publish(bench.topic, 'once', { qos: 2, id: 4, dup: true }))
    await client.expect('pubrec')
    client.send(bytes.pubrel(4))
    await client.expect('pubcomp')
    await client.publish(bench.topic, 'end', { qos: 2, id: 5 })
    expect((await subscriber.receiveUntil('end')).map(({ payload }) => payload)).toEqual(['once'])
  },
)

conformance({ mqtt311: 'MQTT-3.1.2-2' }, 'names and levels of the two versions do not mix', async (bench) => {
  for (const fields of [
    { protocolName: 'MQIsdp', protocolLevel: 4 },
    { protocolName: 'MQTT', protocolLevel: 3 },
  ]) {
    const client = await bench.open()
    client.send(bench.bytes.connect({ clientId: bench.id(), ...fields }))
    expect((await client.expect('connack')).raw).toEqual(Buffer.of(0x20, 2, 0, 1))
    await client.expectClosed()
  }
})

const mqtt31 = { protocolName: 'MQIsdp', protocolLevel: 3 }

function connect31(bench: Bench, fields: bytes.ConnectFields = {}): Promise<Peer> {
  return bench.connect({ ...mqtt31, clientId: bench.id(), ...fields })
}
