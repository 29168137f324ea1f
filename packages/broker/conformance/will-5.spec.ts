import { expect } from 'vitest'
import type { Bench } from './support/bench.js'
import { disconnectWith } from './support/bytes-5.js'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'
import { property } from './support/property.js'

/** Longer than any test takes: such a will comes only because something else happens. */
const longSeconds = 3_600

conformance(
  { mqtt5: 'MQTT-3.1.2-8' },
  'a delayed will is published when its delay has passed',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench, { delay: 1 })
    client.drop()
    expect((await watcher.receive()).payload).toBe('gone')
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-8', 'MQTT-3.1.2-7'] },
  'a delayed will waits, and is published when Clean Start 1 ends the session',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench, { delay: longSeconds })
    client.drop()
    await watcher.publish(bench.topic, 'meanwhile', { qos: 1 })
    expect((await watcher.receive()).payload).toBe('meanwhile')
    await bench.connect({ clientId: bench.id('w'), clean: true })
    expect((await watcher.receive()).payload).toBe('gone')
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.3-9', 'MQTT-3.1.2-8'] },
  'a delayed will is not published when the client comes back to its session',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench, { delay: longSeconds })
    client.drop()
    const back = await bench.enter({ clientId: bench.id('w'), clean: false })
    expect(back.sessionPresent).toBe(true)
    await back.peer.disconnect()
    await bench.connect({ clientId: bench.id('w'), clean: true })
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.3-9', 'MQTT-3.1.4-3'] },
  'a delayed will is not published when the client takes its own session over',
  async (bench) => {
    const watcher = await watch(bench)
    await connectWithWill(bench, { delay: longSeconds })
    await bench.connect({ clientId: bench.id('w'), clean: false })
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt5: 'MQTT-3.1.2-8' },
  'a session that ends with its connection takes the delay of its will with it',
  async (bench) => {
    const watcher = await watch(bench)
    const client = await connectWithWill(bench, { delay: longSeconds, expiry: 0 })
    client.drop()
    expect((await watcher.receive()).payload).toBe('gone')
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-8', 'MQTT-3.1.2-10', 'MQTT-3.14.4-3'] },
  'DISCONNECT 0x00 discards the will, 0x04 and failures publish it',
  async (bench) => {
    const watcher = await watch(bench)
    for (const [code, seen] of [
      [0x00, []],
      [0x04, ['gone']],
      [0x80, ['gone']],
      [0x82, ['gone']],
    ] as const) {
      const client = await connectWithWill(bench, {})
      client.send(disconnectWith(code))
      await client.closed()
      await watcher.publish(bench.topic, 'end', { qos: 1 })
      const payloads = (await watcher.receiveUntil('end')).map(({ payload }) => payload)
      expect(payloads, `code ${code}`).toEqual(seen)
    }
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'] },
  'DISCONNECT in each of its short forms discards the will',
  async (bench) => {
    const watcher = await watch(bench)
    for (const farewell of [Buffer.of(0xe0, 0), Buffer.of(0xe0, 1, 0), disconnectWith(0, [])]) {
      const client = await connectWithWill(bench, {})
      client.send(farewell)
      await client.closed()
    }
    await watcher.publish(bench.topic, 'end', { qos: 1 })
    expect(await watcher.receiveUntil('end')).toEqual([])
  },
)

conformance(
  { mqtt5: ['MQTT-3.1.3-10', 'MQTT-3.3.2-4', 'MQTT-3.3.2-15', 'MQTT-3.3.2-16', 'MQTT-3.3.2-20'] },
  'a will is published with its properties, User Properties in their order',
  async (bench) => {
    const watcher = await watch(bench)
    const users = [property.user('b', '1'), property.user('a', '2'), property.user('b', '3')]
    const client = await connectWithWill(bench, {
      properties: [
        property.payloadFormat(1),
        property.messageExpiry(600),
        property.contentType('text/plain'),
        property.responseTopic('answers'),
        property.correlationData(Buffer.of(0, 255)),
        ...users,
      ],
    })
    client.drop()
    const { properties, raw } = await watcher.expect('publish')
    expect(properties).toMatchObject({
      payloadFormatIndicator: true,
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Buffer.of(0, 255),
    })
    expect(properties?.messageExpiryInterval).toBeLessThanOrEqual(600)
    expect(raw.includes(Buffer.concat(users))).toBe(true)
  },
)

conformance(
  { mqtt5: 'MQTT-3.1.4-1' },
  'a will with properties that no will has is refused',
  async (bench) => {
    const wrong = {
      'a topic alias': [property.topicAlias(1)],
      'a session expiry': [property.sessionExpiry(1)],
      'two delays': [property.willDelay(1), property.willDelay(1)],
      'two content types': [property.contentType('a'), property.contentType('a')],
      'payload format 2': [property.payloadFormat(2)],
      'an unknown one': [Buffer.of(0x7e, 0)],
      'a response topic with wildcards': [property.responseTopic('a/#')],
      'half a property': [Buffer.of(0x18, 0, 0)],
    }
    for (const [what, properties] of Object.entries(wrong)) {
      const will = { topic: bench.topic, payload: 'x', properties }
      await bench.refuses(what, bench.bytes.connect({ clientId: bench.id(), will }))
    }
  },
)

async function watch(bench: Bench): Promise<Peer> {
  const watcher = await bench.connect()
  await watcher.subscribe(bench.topic, 2)
  return watcher
}

function connectWithWill(
  bench: Bench,
  { delay = 0, expiry = longSeconds, properties = [] as Buffer[] },
): Promise<Peer> {
  const willProperties = delay > 0 ? [property.willDelay(delay), ...properties] : properties
  return bench.connect({
    clientId: bench.id('w'),
    properties: [property.sessionExpiry(expiry)],
    will: { topic: bench.topic, payload: 'gone', qos: 1, properties: willProperties },
  })
}
