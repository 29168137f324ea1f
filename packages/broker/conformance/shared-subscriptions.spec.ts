import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { acknowledge } from './support/bytes-5.js'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'

conformance(
  { mqtt5: ['MQTT-4.8.2-1', 'MQTT-4.8.2-3'] },
  'each message goes to one member of a share, at the QoS that it was granted',
  async (bench) => {
    const granted = [0, 1, 2]
    const members = await Promise.all(granted.map(() => bench.connect()))
    for (const [n, member] of members.entries()) {
      expect(await member.subscribe(shared(bench), n)).toBe(n)
      await member.subscribe(`mark/${bench.topic}`, 1)
    }
    const publisher = await bench.connect()
    for (let n = 0; n < 30; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 2 })
    await publisher.publish(`mark/${bench.topic}`, 'end', { qos: 1 })
    const seen: string[] = []
    for (const [n, member] of members.entries()) {
      const own = await member.receiveUntil('end')
      for (const { qos } of own) expect(qos).toBe(n)
      seen.push(...own.map(({ payload }) => payload))
    }
    expect(seen.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`))
  },
)

conformance(
  { mqtt5: 'MQTT-4.8.2-1' },
  'shares of other names and plain subscriptions get every message as well',
  async (bench) => {
    const filters = [`$share/one/${bench.topic}`, `$share/two/${bench.topic}`, bench.topic]
    for (const filter of filters) {
      const client = await bench.connect()
      await client.subscribe(filter, 1)
      await client.publish(bench.topic, 'x', { qos: 1 })
      expect((await client.receive()).payload).toBe('x')
      await client.ping()
      expect(client.waiting).toEqual([])
      await client.disconnect()
    }
  },
)

conformance(
  { mqtt5: ['MQTT-4.8.2-1', 'MQTT-4.8.2-2'] },
  'a shared filter without a name, without a filter or with wildcards in its name is not accepted',
  async (bench) => {
    for (const filter of [
      '$share/',
      '$share/group',
      '$share/group/',
      '$share//a',
      '$share/+/a',
      '$share/g#/a',
      '$share/g+/a',
    ]) {
      const client = await bench.connect()
      client.send(bench.bytes.subscribe(1, [filter, 1]), bytes.pingreq)
      const answer = await client.next()
      if (answer?.cmd === 'suback') expect(answer.raw.at(-1), filter).toBeGreaterThanOrEqual(0x80)
      else await client.closed()
      client.drop()
    }
  },
)

conformance(
  { mqtt5: 'MQTT-4.8.2-4' },
  'a QoS 2 delivery that breaks off is completed when its member comes back',
  async (bench) => {
    const first = await bench.connect({ clientId: bench.id('one'), clean: false })
    await first.subscribe(shared(bench), 2)
    await first.publish(bench.topic, 'half done', { qos: 2 })
    const { messageId = 0 } = await first.expect('publish')
    first.send(bytes.pubrec(messageId))
    await first.expect('pubrel')
    first.drop()
    const other = await member(bench)
    const back = await bench.connect({ clientId: bench.id('one'), clean: false })
    expect((await back.expect('pubrel')).messageId).toBe(messageId)
    back.send(bytes.pubcomp(messageId))
    await other.ping()
    expect(other.waiting).toEqual([])
  },
)

conformance(
  { mqtt5: 'MQTT-4.8.2-5' },
  'a QoS 2 message whose member ends its session goes to no other member',
  async (bench) => {
    const first = await member(bench)
    await first.publish(bench.topic, 'for one', { qos: 2 })
    await first.expect('publish')
    const other = await member(bench)
    first.drop()
    const publisher = await bench.connect()
    let payload = ''
    // The end of the first member's session is seen by the messages that reach the other one.
    for (let n = 0; payload !== 'end'; n += 1) {
      await publisher.publish(bench.topic, n < 2 ? 'more' : 'end', { qos: 1 })
      payload = (await other.receive()).payload
      expect(['more', 'end']).toContain(payload)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-4.8.2-6', 'MQTT-4.4.0-2'] },
  'a message that a member refuses goes to no other member',
  async (bench) => {
    const members = [await member(bench), await member(bench)]
    const publisher = await bench.connect()
    for (const qos of [1, 2]) {
      await publisher.publish(bench.topic, 'refused', { qos })
      const [taker, other] = await takerOf(members)
      const { messageId = 0 } = await taker.expect('publish')
      taker.send(acknowledge(qos === 1 ? 0x40 : 0x50, messageId, 0x80))
      await taker.ping()
      await other.ping()
      expect([taker.waiting, other.waiting]).toEqual([[], []])
    }
  },
)

conformance(
  { mqtt5: ['MQTT-4.8.2-1', 'MQTT-3.10.4-1'] },
  'a member that unsubscribes gets nothing more, the others do',
  async (bench) => {
    const [one, two] = [await member(bench), await member(bench)]
    expect(await one.unsubscribe(shared(bench), bench.topic)).toEqual([0, 0x11])
    const publisher = await bench.connect()
    for (let n = 0; n < 4; n += 1) await publisher.publish(bench.topic, `${n}`, { qos: 1 })
    for (let n = 0; n < 4; n += 1) expect((await two.receive()).payload).toBe(`${n}`)
    await one.ping()
    expect(one.waiting).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-4.8.2-1', 'MQTT-3.3.1-9'] },
  'a shared subscription gets no retained messages when it is made',
  async (bench) => {
    const client = await bench.connect()
    await client.publish(bench.topic, 'kept', { qos: 1, retain: true })
    await client.subscribe(shared(bench), 1)
    await client.publish(bench.topic, 'end', { qos: 1 })
    expect(await client.receiveUntil('end')).toEqual([])
  },
)

function shared(bench: Bench): string {
  return `$share/group/${bench.topic}`
}

async function member(bench: Bench): Promise<Peer> {
  const client = await bench.connect()
  await client.subscribe(shared(bench), 2)
  return client
}

/** The member that a message reached, and the other one. */
async function takerOf([one, two]: Peer[]): Promise<[Peer, Peer]> {
  if (!one || !two) throw new Error('there are two members')
  while (one.waiting.length + two.waiting.length === 0) await Promise.all([one.ping(), two.ping()])
  return one.waiting.length > 0 ? [one, two] : [two, one]
}
