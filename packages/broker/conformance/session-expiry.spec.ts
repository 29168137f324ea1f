import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { disconnectWith } from './support/bytes-5.js'
import { conformance } from './support/conformance.js'
import { property } from './support/property.js'

const never = 0xffff_ffff

conformance(
  { mqtt5: ['MQTT-4.1.0-2', 'MQTT-3.2.2-3'] },
  'without an expiry interval, or with 0, the session ends with its connection',
  async (bench) => {
    for (const properties of [[], [property.sessionExpiry(0)]]) {
      const fields = { clientId: bench.id(), clean: false, properties }
      for (const endWith of ['disconnect', 'drop'] as const) {
        const { peer } = await bench.enter(fields)
        await peer.subscribe(bench.topic, 1)
        await peer[endWith]()
        const back = await bench.enter(fields)
        expect(back.sessionPresent).toBe(false)
        await back.peer.disconnect()
      }
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-23', 'MQTT-3.1.2-5', 'MQTT-3.1.4-4'] },
  'with an expiry interval the session is there for a client that comes back in time',
  async (bench) => {
    for (const seconds of [600, never]) {
      const clientId = bench.id(`${seconds}`)
      const first = await enterFor(bench, clientId, seconds)
      await first.peer.subscribe(`${bench.topic}/${seconds}`, 1)
      first.peer.drop()
      const publisher = await bench.connect()
      await publisher.publish(`${bench.topic}/${seconds}`, 'waited', { qos: 1 })
      const back = await enterFor(bench, clientId, seconds)
      expect(back.sessionPresent).toBe(true)
      expect((await back.peer.receive()).payload).toBe('waited')
    }
  },
)

conformance(
  { mqtt5: ['MQTT-4.1.0-2', 'MQTT-3.1.2-8'] },
  'a session is gone when its interval has passed; a will with a longer delay is sent then',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const will = { topic: bench.topic, payload: 'expired', qos: 1, properties: [property.willDelay(3_600)] }
    const clientId = bench.id()
    const { peer } = await bench.enter({ clientId, will, properties: [property.sessionExpiry(1)] })
    await peer.subscribe(`${bench.topic}/x`, 1)
    peer.drop()
    expect((await watcher.receive()).payload).toBe('expired')
    const back = await enterFor(bench, clientId, 1)
    expect(back.sessionPresent).toBe(false)
  },
)

conformance(
  { mqtt5: ['MQTT-4.1.0-2', 'MQTT-3.1.2-23'] },
  'DISCONNECT may lengthen and shorten the expiry interval',
  async (bench) => {
    const clientId = bench.id()
    const first = await enterFor(bench, clientId, 1)
    first.peer.send(disconnectWith(0, [property.sessionExpiry(600)]))
    await first.peer.closed()
    const second = await enterFor(bench, clientId, 600)
    expect(second.sessionPresent).toBe(true)
    second.peer.send(disconnectWith(0, [property.sessionExpiry(0)]))
    await second.peer.closed()
    const third = await enterFor(bench, clientId, 600)
    expect(third.sessionPresent).toBe(false)
  },
)

conformance(
  { mqtt5: ['MQTT-4.13.1-1', 'MQTT-4.1.0-2'] },
  'DISCONNECT may not keep a session that was to end with its connection',
  async (bench) => {
    const clientId = bench.id()
    const { peer } = await enterFor(bench, clientId, 0)
    peer.send(disconnectWith(0, [property.sessionExpiry(600)]))
    await peer.expectClosed()
    expect((await enterFor(bench, clientId, 600)).sessionPresent).toBe(false)
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-4', 'MQTT-3.1.2-23', 'MQTT-3.2.2-2'] },
  'Clean Start 1 with an expiry interval discards the session and stores a new one',
  async (bench) => {
    const clientId = bench.id()
    const old = await enterFor(bench, clientId, 600)
    await old.peer.subscribe(`${bench.topic}/old`, 1)
    await old.peer.disconnect()
    const properties = [property.sessionExpiry(600)]
    const fresh = await bench.enter({ clientId, clean: true, properties })
    expect(fresh.sessionPresent).toBe(false)
    await fresh.peer.subscribe(`${bench.topic}/new`, 1)
    await fresh.peer.disconnect()
    const publisher = await bench.connect()
    await publisher.publish(`${bench.topic}/old`, 'unwanted', { qos: 1 })
    await publisher.publish(`${bench.topic}/new`, 'wanted', { qos: 1 })
    const back = await enterFor(bench, clientId, 600)
    expect([back.sessionPresent, (await back.peer.receive()).payload]).toEqual([true, 'wanted'])
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-5', 'MQTT-3.1.3-2'] },
  'a session is shared by the versions: a client may come back with the other one',
  async (bench) => {
    const clientId = bench.id()
    const old = await bench.connectAs('mqtt311', { clientId, clean: false })
    await old.subscribe(bench.topic, 1)
    await old.disconnect()
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'waited', { qos: 1, properties: [property.user('a', 'b')] })
    const { peer, sessionPresent } = await enterFor(bench, clientId, 600)
    expect(sessionPresent).toBe(true)
    const message = await peer.expect('publish')
    expect(message.properties?.userProperties).toEqual({ a: 'b' })
    await peer.disconnect()
    const again = await bench.connectAs('mqtt311', { clientId, clean: false })
    const repeated = await again.expect('publish')
    expect([repeated.payload.toString(), repeated.dup]).toEqual(['waited', true])
    again.send(bytes.puback(repeated.messageId ?? 0))
    await again.ping()
  },
)

function enterFor(bench: Bench, clientId: string, seconds: number): ReturnType<Bench['enter']> {
  return bench.enter({ clientId, clean: false, properties: [property.sessionExpiry(seconds)] })
}
