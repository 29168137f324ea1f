import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import * as bytes from './support/bytes.js'
import { conformance } from './support/conformance.js'
import type { Peer, Received } from './support/peer.js'
import { property } from './support/property.js'

conformance(
  { mqtt5: ['MQTT-3.3.2-12', 'MQTT-3.3.2-3'] },
  'a topic alias stands for its topic, and may be given another one',
  async (bench) => {
    const { client, maximum } = await enterWithAliases(bench)
    if (maximum === 0) return
    await client.subscribe(`${bench.topic}/+`, 2)
    const aliased = (qos: number) => ({ qos, properties: [property.topicAlias(1)] })
    await client.publish(`${bench.topic}/a`, 'first', aliased(1))
    for (const qos of [0, 1, 2]) await client.publish('', 'by alias', aliased(qos))
    await client.publish(`${bench.topic}/b`, 'moved', aliased(0))
    await client.publish('', 'by alias again', aliased(1))
    const topics: string[] = []
    for (let n = 0; n < 6; n += 1) topics.push((await client.receive()).topic)
    expect(topics).toEqual([...Array(4).fill(`${bench.topic}/a`), ...Array(2).fill(`${bench.topic}/b`)])
  },
)

conformance(
  { mqtt5: 'MQTT-3.3.2-12' },
  'every topic alias up to the stated maximum is taken',
  async (bench) => {
    const { client, maximum } = await enterWithAliases(bench)
    await client.subscribe(`${bench.topic}/+`, 0)
    const aliases = Array.from({ length: Math.min(maximum, 1_000) }, (_, n) => maximum - n)
    const publish = (topic: string, alias: number) =>
      bench.bytes.publish(topic, `${alias}`, { properties: [property.topicAlias(alias)] })
    client.send(...aliases.map((alias) => publish(`${bench.topic}/${alias}`, alias)))
    client.send(...aliases.map((alias) => publish('', alias)))
    for (const alias of [...aliases, ...aliases])
      expect((await client.receive()).topic).toBe(`${bench.topic}/${alias}`)
  },
)

conformance(
  { mqtt5: ['MQTT-3.3.2-8', 'MQTT-3.3.2-9', 'MQTT-3.2.2-17'] },
  'topic alias 0 and those above the stated maximum end the connection',
  async (bench) => {
    const { maximum } = await enterWithAliases(bench)
    for (const alias of [0, maximum + 1, 65_535]) {
      const properties = [property.topicAlias(alias)]
      for (const qos of [0, 1])
        await bench.violates(
          `alias ${alias}`,
          bench.bytes.publish(bench.topic, 'x', { qos, properties }),
          bytes.pingreq,
        )
    }
  },
)

conformance(
  { mqtt5: ['MQTT-4.7.3-1', 'MQTT-4.13.1-1'] },
  'an empty topic name without a topic alias, or with one that stands for nothing, ends the connection',
  async (bench) => {
    const properties = [property.topicAlias(1)]
    for (const qos of [0, 1, 2]) {
      await bench.violates('no alias', bench.bytes.publish('', 'x', { qos }), bytes.pingreq)
      await bench.violates('unknown', bench.bytes.publish('', 'x', { qos, properties }), bytes.pingreq)
    }
  },
)

conformance({ mqtt5: 'MQTT-3.3.2-7' }, 'topic aliases of a client end with its connection', async (bench) => {
  const { maximum } = await enterWithAliases(bench)
  if (maximum === 0) return
  const fields = { clientId: bench.id(), clean: false }
  const first = await bench.connect(fields)
  const properties = [property.topicAlias(1)]
  await first.publish(bench.topic, 'x', { qos: 1, properties })
  await first.disconnect()
  const back = await bench.connect(fields)
  back.send(bench.bytes.publish('', 'x', { qos: 1, properties }), bytes.pingreq)
  await back.expectClosed()
})

conformance(
  { mqtt5: ['MQTT-3.3.2-7', 'MQTT-3.3.2-12'] },
  'topic aliases of two clients have nothing to do with each other',
  async (bench) => {
    const { client: one, maximum } = await enterWithAliases(bench)
    if (maximum === 0) return
    const { client: two } = await enterWithAliases(bench)
    await one.subscribe(`${bench.topic}/+`, 1)
    const properties = [property.topicAlias(1)]
    await one.publish(`${bench.topic}/one`, 'x', { qos: 1, properties })
    await two.publish(`${bench.topic}/two`, 'x', { qos: 1, properties })
    await one.publish('', 'x', { qos: 1, properties })
    await two.publish('', 'x', { qos: 1, properties })
    const topics: string[] = []
    for (let n = 0; n < 4; n += 1) topics.push((await one.receive()).topic)
    expect(topics.map((topic) => topic.slice(bench.topic.length))).toEqual(['/one', '/two', '/one', '/two'])
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-26', 'MQTT-3.3.2-11', 'MQTT-3.3.2-8', 'MQTT-3.3.2-3'] },
  'topic aliases to a client keep to its maximum and stand for the topics they were given',
  async (bench) => {
    const subscriber = await bench.connect({ properties: [property.topicAliasMaximum(3)] })
    await subscriber.subscribe(`${bench.topic}/+`, 1)
    const publisher = await bench.connect()
    const sent = Array.from({ length: 40 }, (_, n) => `${bench.topic}/${(n * n) % 7}`)
    for (const [n, topic] of sent.entries()) await publisher.publish(topic, topic, { qos: n % 2 })
    const aliases = new Map<number, string>()
    for (const topic of sent) {
      const message = await subscriber.take('publish')
      if (message.qos === 1) subscriber.send(bytes.puback(message.messageId ?? 0))
      expect([topicOf(message, aliases), message.payload.toString()]).toEqual([topic, topic])
    }
    for (const alias of aliases.keys()) expect([1, 2, 3]).toContain(alias)
  },
)

conformance(
  { mqtt5: 'MQTT-3.3.2-7' },
  'topic aliases to a client begin anew with its next connection',
  async (bench) => {
    const fields = {
      clientId: bench.id(),
      clean: false,
      properties: [property.topicAliasMaximum(5), property.sessionExpiry(600)],
    }
    const publisher = await bench.connect()
    for (let times = 0; times < 3; times += 1) {
      const subscriber = await bench.connect(fields)
      await subscriber.subscribe(bench.topic, 1)
      const aliases = new Map<number, string>()
      for (let n = 0; n < 3; n += 1) {
        await publisher.publish(bench.topic, 'x', { qos: 1 })
        const message = await subscriber.take('publish')
        expect(topicOf(message, aliases)).toBe(bench.topic)
        subscriber.send(bytes.puback(message.messageId ?? 0))
      }
      await publisher.publish(bench.topic, 'unacknowledged', { qos: 1 })
      await subscriber.take('publish')
      subscriber.drop()
      const back = await bench.connect(fields)
      const again = await back.take('publish')
      expect([topicOf(again, new Map()), again.dup]).toEqual([bench.topic, true])
      back.send(bytes.puback(again.messageId ?? 0))
      await back.disconnect()
    }
  },
)

conformance({ mqtt5: 'MQTT-3.1.2-27' }, 'a client that takes no topic aliases gets none', async (bench) => {
  for (const properties of [[], [property.topicAliasMaximum(0)]]) {
    const client = await bench.connect({ properties })
    await client.subscribe(bench.topic, 2)
    for (const qos of [0, 1, 2, 0, 1, 2]) {
      await client.publish(bench.topic, 'x', { qos })
      const message = await client.take('publish')
      expect([message.topic, message.properties?.topicAlias]).toEqual([bench.topic, undefined])
    }
  }
})

async function enterWithAliases(bench: Bench): Promise<{ client: Peer; maximum: number }> {
  const { peer, connack } = await bench.enter()
  return { client: peer, maximum: connack.properties?.topicAliasMaximum ?? 0 }
}

/** The topic of a message by the aliases that came before, which it may add to. */
function topicOf(message: Received<'publish'>, aliases: Map<number, string>): string | undefined {
  const alias = message.properties?.topicAlias
  if (alias === undefined) return message.topic
  if (message.topic !== '') aliases.set(alias, message.topic)
  return aliases.get(alias)
}
