import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import { delivery, type Peer } from './support/peer.js'

conformance(
  {
    mqtt311: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1', 'MQTT-3.1.4-3'],
    mqtt5: ['MQTT-3.1.2-5', 'MQTT-3.1.2-23', 'MQTT-3.1.4-4'],
  },
  'a stored session keeps its subscriptions',
  async (bench) => {
    await leaveSubscribed(bench, 1)
    const { peer, sessionPresent } = await comeBack(bench)
    expect(sessionPresent).toBe(true)
    await peer.publish(bench.topic, 'still here', { qos: 2 })
    expect(await peer.receive()).toMatchObject({ payload: 'still here', qos: 1 })
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-4', mqtt5: ['MQTT-3.1.2-5', 'MQTT-3.1.2-23'] },
  'a session is kept however its connection ended',
  async (bench) => {
    const endings: ((peer: Peer) => void)[] = [
      (peer) => peer.send(bytes.disconnect),
      (peer) => peer.drop(),
      (peer) => peer.end(),
      (peer) => peer.send(Buffer.of(0, 0)),
    ]
    for (const [n, endWith] of endings.entries()) {
      const clientId = bench.id(`e${n}`)
      const first = await bench.connect({ clientId, clean: false })
      await first.subscribe(`${bench.topic}/${n}`, 1)
      endWith(first)
      const second = await bench.enter({ clientId, clean: false })
      expect(second.sessionPresent).toBe(true)
      await second.peer.publish(`${bench.topic}/${n}`, 'x')
      await second.peer.receive()
    }
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'], mqtt5: ['MQTT-3.1.2-23', 'MQTT-4.5.0-1'] },
  'QoS 1 and 2 messages wait for a stored session, in order and once',
  async (bench) => {
    await leaveSubscribed(bench, 2)
    const publisher = await bench.connect()
    for (let n = 0; n < 20; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 1 + (n % 2) })
    const { peer } = await comeBack(bench)
    const waited = []
    for (let n = 0; n < 20; n += 1) waited.push(await peer.receive())
    await peer.disconnect()
    expect(waited.map(({ payload, qos }) => [payload, qos])).toEqual(
      Array.from({ length: 20 }, (_, n) => [`${n}`, 1 + (n % 2)]),
    )
    expect(waited.some(({ dup, retain }) => dup || retain)).toBe(false)
    await nothingWaits(bench)
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-5', mqtt5: 'MQTT-3.1.2-23' },
  'messages wait at the QoS that their subscription was granted',
  async (bench) => {
    const away = await bench.connect({ clientId: bench.id(), clean: false })
    await away.subscribeAll([`${bench.topic}/one/+`, 1], [`${bench.topic}/two/#`, 2])
    await away.disconnect()
    const publisher = await bench.connect()
    await publisher.publish(`${bench.topic}/one/a`, 'one', { qos: 2 })
    await publisher.publish(`${bench.topic}/two/a/b`, 'two', { qos: 2 })
    await publisher.publish(`${bench.topic}/three`, 'three', { qos: 2 })
    await publisher.publish(`${bench.topic}/two`, 'last', { qos: 1 })
    const { peer } = await comeBack(bench)
    const seen = [await peer.receive(), await peer.receive(), await peer.receive()]
    expect(seen.map(({ payload, qos }) => [payload, qos])).toEqual([
      ['one', 1],
      ['two', 2],
      ['last', 1],
    ])
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-6', 'MQTT-3.1.4-3'], mqtt5: ['MQTT-3.1.2-4', 'MQTT-3.1.4-4'] },
  'clean session 1 discards the stored session',
  async (bench) => {
    await leaveSubscribed(bench, 1)
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'queued', { qos: 1 })
    const fresh = await bench.enter({ clientId: bench.id(), clean: true })
    expect(fresh.sessionPresent).toBe(false)
    await publisher.publish(bench.topic, 'while clean', { qos: 1 })
    await fresh.peer.disconnect()
    const { peer, sessionPresent } = await comeBack(bench)
    expect(sessionPresent).toBe(false)
    await publisher.publish(bench.topic, 'later', { qos: 1 })
    await peer.subscribe(bench.topic, 1)
    await publisher.publish(bench.topic, 'end', { qos: 1 })
    expect(await peer.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-6', mqtt5: 'MQTT-3.1.2-4' },
  'nothing of a clean session reaches a later one',
  async (bench) => {
    const clean = await bench.connect({ clientId: bench.id(), clean: true })
    await clean.subscribe(bench.topic, 2)
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'unacknowledged', { qos: 1 })
    await clean.expect('publish')
    clean.drop()
    const { peer, sessionPresent } = await comeBack(bench)
    expect(sessionPresent).toBe(false)
    await publisher.publish(bench.topic, 'unheard', { qos: 1 })
    await peer.subscribe(bench.topic, 2)
    await publisher.publish(bench.topic, 'end', { qos: 1 })
    expect(await peer.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-7' },
  'retained messages outlive the session of their publisher',
  async (bench) => {
    const publisher = await bench.connect({ clientId: bench.id(), clean: false })
    await publisher.publish(bench.topic, 'kept', { qos: 1, retain: true })
    await publisher.disconnect()
    const clean = await bench.connect({ clientId: bench.id(), clean: true })
    await clean.disconnect()
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 1)
    expect(await subscriber.receive()).toMatchObject({ payload: 'kept', retain: true })
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.3-2', mqtt5: 'MQTT-3.1.3-2' },
  'each client id has a session of its own',
  async (bench) => {
    const one = await bench.connect({ clientId: bench.id('one'), clean: false })
    const two = await bench.connect({ clientId: bench.id('two'), clean: false })
    await one.subscribe(`${bench.topic}/one`, 1)
    await two.subscribe(`${bench.topic}/two`, 1)
    await Promise.all([one.disconnect(), two.disconnect()])
    const publisher = await bench.connect()
    await publisher.publish(`${bench.topic}/one`, 'for one', { qos: 1 })
    await publisher.publish(`${bench.topic}/two`, 'for two', { qos: 1 })
    const back = await bench.connect({ clientId: bench.id('two'), clean: false })
    expect((await back.receive()).payload).toBe('for two')
    await back.ping()
    expect(back.waiting).toEqual([])
  },
)

conformance(
  {
    mqtt311: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-4.3.2-1'],
    mqtt5: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-4.3.2-3'],
  },
  'an unacknowledged QoS 1 message comes again with its id and DUP 1',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.subscribe(bench.topic, 1)
    const publisher = await bench.connect()
    await publisher.publish(bench.topic, 'again', { qos: 1 })
    const original = await first.expect('publish')
    expect(delivery(original)).toMatchObject({ payload: 'again', dup: false })
    first.drop()
    const { peer } = await comeBack(bench)
    const repeated = await peer.expect('publish')
    expect(delivery(repeated)).toMatchObject({ payload: 'again', qos: 1, dup: true })
    expect(repeated.messageId).toBe(original.messageId)
    peer.send(bytes.puback(repeated.messageId ?? 0))
    await peer.disconnect()
    await nothingWaits(bench)
  },
)

conformance(
  {
    mqtt311: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-4.3.3-1'],
    mqtt5: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-4.3.3-3'],
  },
  'an unacknowledged QoS 2 message comes again with its id and DUP 1',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.subscribe(bench.topic, 2)
    await first.publish(bench.topic, 'again', { qos: 2 })
    const original = await first.expect('publish')
    first.drop()
    const { peer } = await comeBack(bench)
    const repeated = await peer.expect('publish')
    expect(delivery(repeated)).toMatchObject({ payload: 'again', qos: 2, dup: true })
    expect(repeated.messageId).toBe(original.messageId)
  },
)

conformance(
  { mqtt311: ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'], mqtt5: ['MQTT-4.4.0-1', 'MQTT-4.3.3-5', 'MQTT-4.3.3-6'] },
  'after PUBREC it is PUBREL that comes again, and the PUBLISH does not',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    await first.subscribe(bench.topic, 2)
    await first.publish(bench.topic, 'half done', { qos: 2 })
    const { messageId = 0 } = await first.expect('publish')
    first.send(bytes.pubrec(messageId))
    await first.expect('pubrel')
    first.drop()
    const { peer } = await comeBack(bench)
    expect((await peer.expect('pubrel')).raw).toEqual(bytes.pubrel(messageId))
    peer.send(bytes.pubcomp(messageId))
    await peer.disconnect()
    await nothingWaits(bench)
  },
)

conformance(
  { mqtt311: ['MQTT-4.1.0-1', 'MQTT-4.3.3-2'], mqtt5: ['MQTT-3.1.2-23', 'MQTT-4.3.3-10'] },
  'a QoS 2 message begun on one connection is finished on the next, and delivered once',
  async (bench) => {
    const subscriber = await bench.connect()
    await subscriber.subscribe(bench.topic, 2)
    const first = await bench.connect({ clientId: bench.id(), clean: false })
    first.send(bench.bytes.publish(bench.topic, 'once', { qos: 2, id: 7 }))
    await first.expect('pubrec')
    first.drop()
    const { peer } = await comeBack(bench)
    peer.send(bench.bytes.publish(bench.topic, 'once', { qos: 2, id: 7, dup: true }))
    await peer.expect('pubrec')
    peer.send(bytes.pubrel(7))
    await peer.expect('pubcomp')
    await peer.publish(bench.topic, 'end', { qos: 2, id: 8 })
    expect((await subscriber.receiveUntil('end')).map(({ payload }) => payload)).toEqual(['once'])
  },
)

conformance(
  { mqtt311: 'MQTT-4.1.0-2', mqtt5: 'MQTT-4.1.0-1' },
  'a session lasts while its connection does, whatever happens on it',
  async (bench) => {
    const client = await bench.connect()
    await client.subscribe(bench.topic, 1)
    for (let n = 0; n < 10; n += 1) {
      await client.subscribe(`${bench.topic}/${n}`, 1)
      await client.unsubscribe(`${bench.topic}/${n}`)
      await client.publish(bench.topic, `${n}`, { qos: 1 })
      expect((await client.receive()).payload).toBe(`${n}`)
    }
  },
)

async function leaveSubscribed(bench: Bench, qos: number): Promise<void> {
  const peer = await bench.connect({ clientId: bench.id(), clean: false })
  await peer.subscribe(bench.topic, qos)
  await peer.disconnect()
}

function comeBack(bench: Bench): ReturnType<Bench['enter']> {
  return bench.enter({ clientId: bench.id(), clean: false })
}

async function nothingWaits(bench: Bench): Promise<void> {
  const { peer, sessionPresent } = await comeBack(bench)
  await peer.publish(bench.topic, 'end', { qos: 1 })
  expect([sessionPresent, await peer.receiveUntil('end')]).toEqual([true, []])
}
