import { expect } from 'vitest'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'

conformance(
  { mqtt311: ['MQTT-3.1.4-4', 'MQTT-3.2.0-1', 'MQTT-3.2.2-1', 'MQTT-7.0.0-2', 'MQTT-7.1.1-1'] },
  'an accepted CONNECT is answered by CONNACK with return code 0',
  async (bench) => {
    const client = await bench.open()
    client.send(bench.bytes.connect({ clientId: bench.id() }))
    expect((await client.expect('connack')).raw).toEqual(Buffer.of(0x20, 2, 0, 0))
    await client.ping()
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.3-9', 'MQTT-3.2.2-4', 'MQTT-3.2.2-5'] },
  'each refusal of a host gets its return code, session present 0 and the end',
  async (bench) => {
    const stored = await bench.connect({ clientId: bench.id(), clean: false })
    await stored.disconnect()
    for (const code of [2, 3, 4, 5]) {
      const client = await bench.open()
      client.send(bench.bytes.connect({ clientId: bench.id(), clean: false, username: `refuse${code}` }))
      expect((await client.expect('connack')).raw).toEqual(Buffer.of(0x20, 2, 0, code))
      await client.expectClosed()
    }
  },
  { broker: 'rules' },
)

conformance({ mqtt311: 'MQTT-3.1.4-5' }, 'nothing behind a refused CONNECT is processed', async (bench) => {
  const watcher = await bench.connect()
  await watcher.subscribe(bench.topic, 1)
  const refused = [
    bench.bytes.connect({ clientId: '', clean: false }),
    bench.bytes.connect({ clientId: bench.id(), protocolLevel: 9 }),
    bench.bytes.connect({ clientId: bench.id(), flags: 3 }),
  ]
  for (const connect of refused) {
    const client = await bench.open()
    client.send(
      connect,
      bench.bytes.publish(bench.topic, 'smuggled', { qos: 1, retain: true }),
      bytes.pingreq,
    )
    await client.closed()
    expect(client.waiting.filter(({ cmd }) => cmd !== 'connack')).toEqual([])
  }
  await watcher.publish(bench.topic, 'end', { qos: 1 })
  expect(await watcher.receiveUntil('end')).toEqual([])
})

conformance(
  { mqtt311: 'MQTT-3.1.4-5', mqtt5: 'MQTT-3.1.4-6' },
  'nothing behind a CONNECT that the host refuses is processed',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const client = await bench.open()
    const connect = bench.bytes.connect({ clientId: bench.id(), username: 'refuse5' })
    client.send(
      connect,
      bench.bytes.publish(bench.topic, 'smuggled', { qos: 1, retain: true }),
      bytes.pingreq,
    )
    await client.expect('connack')
    await client.expectClosed()
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
  { broker: 'rules' },
)

conformance(
  { mqtt311: 'MQTT-3.1.4-4', mqtt5: 'MQTT-3.1.4-5' },
  'packets that follow CONNECT at once wait for it and are all processed',
  async (bench) => {
    const client = await bench.open()
    const messages = Array.from({ length: 60 }, (_, n) =>
      bench.bytes.publish(bench.topic, `${n}`, { qos: 1, id: n + 1 }),
    )
    client.send(
      bench.bytes.connect({ clientId: bench.id() }),
      bench.bytes.subscribe(100, [bench.topic, 0]),
      ...messages,
    )
    await client.expect('connack')
    await client.take('suback')
    for (let n = 0; n < 60; n += 1) expect((await client.receive()).payload).toBe(`${n}`)
    for (let n = 0; n < 60; n += 1) expect((await client.expect('puback')).messageId).toBe(n + 1)
  },
)

conformance(
  { mqtt311: 'MQTT-3.2.0-1', mqtt5: 'MQTT-3.2.0-1' },
  'CONNACK comes before anything that waits for the client',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id(), clean: false })
    await away.subscribe(bench.topic, 2)
    await away.disconnect()
    const publisher = await bench.connect()
    for (let n = 0; n < 5; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 1 + (n % 2) })
    const back = await bench.open()
    back.send(bench.bytes.connect({ clientId: bench.id(), clean: false }), bytes.pingreq)
    await back.expect('connack')
    for (let n = 0; n < 5; n += 1) expect((await back.receive()).payload).toBe(`${n}`)
  },
)

conformance(
  {
    mqtt311: ['MQTT-3.2.2-1', 'MQTT-3.2.2-2', 'MQTT-3.2.2-3', 'MQTT-3.1.4-3'],
    mqtt5: ['MQTT-3.2.2-2', 'MQTT-3.2.2-3', 'MQTT-3.1.4-4', 'MQTT-3.1.2-6'],
  },
  'session present tells whether a session was stored',
  async (bench) => {
    const clientId = bench.id()
    const seen: boolean[] = []
    for (const clean of [true, false, false, true, false, false]) {
      const { peer, sessionPresent } = await bench.enter({ clientId, clean })
      seen.push(sessionPresent)
      await peer.disconnect()
    }
    expect(seen).toEqual([false, false, true, false, false, true])
  },
)

conformance(
  { mqtt311: 'MQTT-3.2.2-2', mqtt5: 'MQTT-3.2.2-3' },
  'session present is 1 after a lost connection and after a take-over',
  async (bench) => {
    const clientId = bench.id()
    const first = await bench.connect({ clientId, clean: false })
    const second = await bench.enter({ clientId, clean: false })
    expect(second.sessionPresent).toBe(true)
    await first.closed()
    second.peer.drop()
    const third = await bench.enter({ clientId, clean: false })
    expect(third.sessionPresent).toBe(true)
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.4-2', mqtt5: 'MQTT-3.1.4-3' },
  'a client id that connects again takes over',
  async (bench) => {
    const clientId = bench.id()
    for (const clean of [true, false]) {
      const first = await bench.connect({ clientId, clean })
      const second = await bench.connect({ clientId, clean })
      await first.expectClosed()
      await second.ping()
      await second.disconnect()
    }
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.4-2', mqtt5: 'MQTT-3.1.4-3' },
  'of many connections with one client id exactly one stays',
  async (bench) => {
    const clientId = bench.id()
    const peers = await Promise.all(Array.from({ length: 20 }, () => bench.open()))
    for (const peer of peers)
      peer.send(bench.bytes.connect({ clientId, clean: false }), bench.bytes.subscribe(9, [bench.topic, 1]))
    const survivor = await lastOf(peers)
    await survivor.subscribe(bench.topic, 1)
    await survivor.publish(bench.topic, 'once', { qos: 1 })
    await survivor.publish(bench.topic, 'end', { qos: 1 })
    expect((await survivor.receiveUntil('end')).map(({ payload }) => payload)).toEqual(['once'])
    const next = await bench.connect({ clientId, clean: false })
    await survivor.closed()
    await next.ping()
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.4-2', 'MQTT-3.1.3-2'], mqtt5: ['MQTT-3.1.4-3', 'MQTT-3.1.3-2'] },
  'a take-over concerns that very client id only',
  async (bench) => {
    const names = [bench.id(), `${bench.id()}2`, bench.id().toUpperCase(), ` ${bench.id()}`]
    const peers = await Promise.all(names.map((clientId) => bench.connect({ clientId })))
    await Promise.all(peers.map((peer) => peer.ping()))
  },
)

/** Waits until all but one have been disconnected, and returns that one. */
function lastOf(peers: Peer[]): Promise<Peer> {
  const open = new Set(peers)
  return new Promise((resolve, reject) => {
    for (const peer of peers) {
      peer.closed().then(() => {
        open.delete(peer)
        const [last] = open
        if (open.size === 1 && last) resolve(last)
      }, reject)
    }
  })
}
