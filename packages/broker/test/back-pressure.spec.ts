import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

const limits = { maxQueuedMessages: 2_000, holdQueuedMessages: 500, maxInflight: 64 }

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs({ limits })
})

afterEach(() => broker.stop())

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}.${i}`)

/** Resolves when the broker has received all messages of a topic prefix, by its own count. */
function messagesIn(count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => (broker.broker.stats().messagesIn >= count ? resolve() : setTimeout(look, 5))
    look()
  })
}

describe('publishers that are faster than a consumer', () => {
  it('are held, and no acknowledged message is lost: 50 to 1', async () => {
    const subscriber = await RawClient.connect(broker)
    await subscriber.subscribe({ topic: 'in/+', qos: 1 })
    subscriber.received.length = 0
    subscriber.acknowledgeAll()
    const publishers = await Promise.all(Array.from({ length: 50 }, () => RawClient.connect(broker)))
    publishers.forEach((publisher, p) => {
      publisher.flood(`in/${p}`, numbered(String(p), 400))
    })
    await subscriber.until(() => subscriber.received.length === 20_000, 'all messages', 25_000)
    for (const p of [0, 17, 49]) expect(subscriber.messages(`in/${p}`)).toEqual(numbered(String(p), 400))
    await Promise.all(
      publishers.map((publisher) => publisher.until(() => publisher.count('puback') === 400, 'all PUBACKs')),
    )
    expect(broker.broker.stats().dropped).toMatchObject({ queueFull: 0, slowConsumer: 0 })
    expect(broker.disconnects).toEqual([])
  })

  it('get no acknowledgements meanwhile', async () => {
    const subscriber = await RawClient.connect(broker)
    await subscriber.subscribe({ topic: 'x', qos: 1 })
    const publisher = await RawClient.connect(broker)
    publisher.flood('x', numbered('m', 1_500))
    await messagesIn(1_500)
    publisher.send({ cmd: 'pingreq' })
    await publisher.next('pingresp')
    expect(publisher.count('puback')).toBeLessThan(600)
    subscriber.acknowledgeAll()
    for (const packet of subscriber.received)
      if (packet.cmd === 'publish') subscriber.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
    await publisher.until(() => publisher.count('puback') === 1_500, 'all PUBACKs')
    await subscriber.until(() => subscriber.messages().length === 1_500, 'all messages')
  })

  it('may be the consumer itself', async () => {
    const client = await RawClient.connect(broker)
    await client.subscribe({ topic: 'self', qos: 1 })
    client.acknowledgeAll()
    client.flood('self', numbered('s', 1_900))
    await client.until(() => client.messages().length === 1_900, 'all messages')
    expect(broker.disconnects).toEqual([])
  })

  it('lose nothing that they published when they disconnect during the hold', async () => {
    const subscriber = await RawClient.connect(broker)
    await subscriber.subscribe({ topic: 'x', qos: 1 })
    const publisher = await RawClient.connect(broker)
    publisher.flood('x', numbered('m', 1_000))
    await messagesIn(1_000)
    publisher.destroy()
    await new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))
    subscriber.acknowledgeAll()
    for (const packet of subscriber.received)
      if (packet.cmd === 'publish') subscriber.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
    await subscriber.until(() => subscriber.messages().length === 1_000, 'all messages')
  })
})

describe('a frozen consumer', () => {
  it('holds publishers no longer than the hold timeout, then is cut off when its queue is full', async () => {
    const frozen = await RawClient.connect(broker, { clientId: 'frozen' })
    await frozen.subscribe({ topic: 'data', qos: 1 })
    frozen.freeze()
    const neighbour = await RawClient.connect(broker)
    await neighbour.subscribe({ topic: 'data', qos: 1 })
    neighbour.acknowledgeAll()
    const publisher = await RawClient.connect(broker)
    publisher.flood('data', numbered('d', 3_000))
    await neighbour.until(() => neighbour.messages().length === 3_000, 'all messages')
    expect(neighbour.messages()).toEqual(numbered('d', 3_000))
    await publisher.until(() => publisher.count('puback') === 3_000, 'all PUBACKs')
    expect(broker.disconnects).toMatchObject([{ reason: 'slow_consumer', client: { sessionId: 'frozen' } }])
  })

  it('keeps the messages for which its stored session has room', async () => {
    const stored = { clientId: 'frozen', clean: false }
    const frozen = await RawClient.connect(broker, stored)
    await frozen.subscribe({ topic: 'data', qos: 1 })
    frozen.freeze()
    const publisher = await RawClient.connect(broker)
    publisher.flood('data', numbered('d', 3_000))
    await publisher.until(() => publisher.count('puback') === 3_000, 'all PUBACKs')
    expect(broker.disconnects).toMatchObject([{ reason: 'slow_consumer' }])
    const again = await RawClient.connect(broker, stored)
    again.acknowledgeAll()
    for (const packet of again.received)
      if (packet.cmd === 'publish') again.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
    await again.until(() => new Set(again.messages()).size === 2_064, 'the window and the queue')
    expect(again.messages().slice(-1)).toEqual(['d.2063'])
  })

  it('holds nobody again before it has caught up', async () => {
    const frozen = await RawClient.connect(broker)
    await frozen.subscribe({ topic: 'data', qos: 1 })
    frozen.freeze()
    const publisher = await RawClient.connect(broker)
    publisher.flood('data', numbered('d', 800))
    await publisher.until(() => publisher.count('puback') === 800, 'the first PUBACKs')
    const other = await RawClient.connect(broker)
    other.flood('data', numbered('e', 200))
    other.send({ cmd: 'pingreq' })
    await other.next('pingresp')
    expect(other.count('puback')).toBe(200)
  })
})

describe('one client that floods', () => {
  it('is read in turns: other clients wait for a few reads of it only, and memory stays flat', async () => {
    const listener = await RawClient.connect(broker)
    await listener.subscribe({ topic: 'calm', qos: 0 })
    const calm = await RawClient.connect(broker)
    const flood = await RawClient.connect(broker)
    const packets = Buffer.concat(Array<Buffer>(1_000).fill(floodPacket))
    let flooding = true
    const pour = () => {
      if (!flooding) return
      if (flood.unsentBytes < 256 * 1024) flood.write(packets)
      setImmediate(pour)
    }
    const memory = () => process.memoryUsage.rss()
    const before = memory()
    pour()
    const takenBetween: number[] = []
    for (let i = 0; i < 300; i++) {
      const taken = broker.broker.stats().messagesIn
      calm.publish('calm', String(i))
      await listener.next('publish')
      takenBetween.push(broker.broker.stats().messagesIn - taken)
    }
    flooding = false
    const median = takenBetween.sort((a, b) => a - b)[150] as number
    expect(broker.broker.stats().messagesIn).toBeGreaterThan(20_000)
    expect(median).toBeLessThan(10_000)
    expect(memory() - before).toBeLessThan(200 * 1024 * 1024)
    expect(broker.disconnects).toEqual([])
  })
})

// A QoS 0 PUBLISH of 64 bytes to `nobody`.
const floodPacket = Buffer.concat([Buffer.from([0x30, 72, 0, 6]), Buffer.from('nobody'), Buffer.alloc(64)])
