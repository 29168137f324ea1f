import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'

conformance(
  { mqtt311: 'MQTT-3.1.2-8', mqtt5: ['MQTT-3.1.2-7', 'MQTT-3.1.2-8'] },
  'a will is published when the connection is lost',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench)
    client.drop()
    expect(await watcher.receive()).toEqual({
      topic: bench.topic,
      payload: 'gone',
      qos: 1,
      retain: false,
      dup: false,
    })
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-8', mqtt5: ['MQTT-3.1.2-7', 'MQTT-3.1.2-8'] },
  'a will is published when the client just closes, without DISCONNECT',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench)
    client.end()
    expect((await watcher.receive()).payload).toBe('gone')
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-8', 'MQTT-4.8.0-1'], mqtt5: ['MQTT-3.1.2-7', 'MQTT-3.1.2-8', 'MQTT-4.13.1-1'] },
  'a will is published when the broker ends the connection over a violation',
  async (bench) => {
    const watcher = await watch(bench)
    const violations = [
      bench.bytes.connect({ clientId: bench.id('v') }),
      bench.bytes.publish('a/#', 'x'),
      bytes.packet(0xf0),
      bytes.packet(0xe1),
      bench.bytes.subscribe(0, ['a', 0]),
    ]
    for (const violation of violations) {
      const client = await connectWithWill(bench)
      client.send(violation)
      await client.closed()
      expect((await watcher.receive()).payload).toBe('gone')
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-8', 'MQTT-3.1.4-2'], mqtt5: ['MQTT-3.1.2-8', 'MQTT-3.1.4-3'] },
  'a will is published when another connection takes over',
  async (bench) => {
    const watcher = await watch(bench)
    await connectWithWill(bench)
    await bench.connect({ clientId: bench.id('w') })
    expect((await watcher.receive()).payload).toBe('gone')
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-8', mqtt5: ['MQTT-3.1.2-7', 'MQTT-3.1.2-8'] },
  'a will reaches subscribers at its QoS and waits for absent ones',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id('away'), clean: false })
    await away.subscribe(bench.topic, 2)
    await away.disconnect()
    const watcher = await watch(bench)
    for (const qos of [0, 1, 2]) {
      const client = await connectWithWill(bench, { payload: `QoS ${qos}`, qos })
      client.drop()
      expect(await watcher.receive()).toMatchObject({ payload: `QoS ${qos}`, qos })
    }
    const back = await bench.connect({ clientId: bench.id('away'), clean: false })
    const waited = (await Promise.all([back.receive(), back.receive()])).filter(({ qos }) => qos > 0)
    expect(waited.map(({ payload }) => payload)).toContain('QoS 1')
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-8', mqtt5: ['MQTT-3.1.2-7', 'MQTT-3.1.2-8'] },
  'a will without a message is published too',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench, { payload: '' })
    client.drop()
    expect(await watcher.receive()).toMatchObject({ payload: '', qos: 1 })
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'], mqtt5: ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'] },
  'DISCONNECT discards the will',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench)
    await client.disconnect()
    const abrupt = await connectWithWill(bench)
    abrupt.send(bytes.disconnect)
    await abrupt.closed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-10', mqtt5: 'MQTT-3.1.2-10' },
  'a will is published once and not kept for later connections',
  async (bench) => {
    const watcher = await watch(bench)
    const first = await connectWithWill(bench, {}, false)
    first.drop()
    expect((await watcher.receive()).payload).toBe('gone')
    const second = await bench.connect({ clientId: bench.id('w'), clean: false })
    second.send(bytes.packet(0xf0))
    await second.closed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-10', mqtt5: 'MQTT-3.1.2-10' },
  'a will that DISCONNECT discarded does not come back with the session',
  async (bench) => {
    const watcher = await watch(bench)
    const first = await connectWithWill(bench, {}, false)
    await first.disconnect()
    const second = await bench.connect({ clientId: bench.id('w'), clean: false })
    second.send(bytes.packet(0xf0))
    await second.closed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-12' },
  'without a will nothing is published when the connection is lost',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(`${bench.topic}/#`, 1)
    const client = await bench.connect({ clientId: bench.id('w') })
    client.send(bytes.packet(0xf0))
    await client.closed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-8' },
  'the will of a refused CONNECT is never published',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await bench.open()
    client.send(
      bench.bytes.connect({
        clientId: '',
        clean: false,
        will: { topic: bench.topic, payload: 'gone', qos: 1 },
      }),
    )
    await client.expect('connack')
    await client.expectClosed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-16', mqtt5: 'MQTT-3.1.2-14' },
  'will retain 0: the will is not retained',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench)
    client.drop()
    await watcher.receive()
    const later = await watch(bench)
    await later.publish(bench.topic, 'end', { qos: 1 })
    expect(await later.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-17', mqtt5: 'MQTT-3.1.2-15' },
  'will retain 1: the will is retained',
  async (bench) => {
    const watcher = await watch(bench)
    for (const qos of [0, 1, 2]) {
      const client = await connectWithWill(bench, { payload: `QoS ${qos}`, qos, retain: true })
      client.drop()
      expect(await watcher.receive()).toMatchObject({ payload: `QoS ${qos}`, qos, retain: false })
      const later = await watch(bench)
      expect(await later.receive()).toMatchObject({ payload: `QoS ${qos}`, qos, retain: true })
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-17', 'MQTT-3.3.1-10'], mqtt5: ['MQTT-3.1.2-15', 'MQTT-3.3.1-6'] },
  'a retained will without a message clears what was retained',
  async (bench) => {
    const watcher = await watch(bench)
    await watcher.publish(bench.topic, 'kept', { qos: 1, retain: true })
    await watcher.receive()
    const client = await connectWithWill(bench, { payload: '', retain: true })
    client.drop()
    expect(await watcher.receive()).toMatchObject({ payload: '', retain: false })
    const later = await watch(bench)
    await later.publish(bench.topic, 'end', { qos: 1 })
    expect(await later.receiveUntil('end')).toEqual([])
  },
)

async function watch(bench: Bench): Promise<Peer> {
  const watcher = await bench.connect()
  await watcher.subscribe(bench.topic, 2)
  return watcher
}

function connectWithWill(
  bench: Bench,
  will: { payload?: string; qos?: number; retain?: boolean } = {},
  clean = true,
): Promise<Peer> {
  return bench.connect({
    clientId: bench.id('w'),
    clean,
    will: { topic: bench.topic, payload: 'gone', qos: 1, ...will },
  })
}
