import { afterEach, describe, expect, it } from 'vitest'
import type { BrokerLimits } from '../src/interface/limits.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs

afterEach(() => broker.stop())

const kib = 1024
const stats = () => broker.broker.stats()

async function start(limits: Partial<BrokerLimits>): Promise<void> {
  broker = await startOurs({ limits })
}

async function absent(clientId: string, topic: string): Promise<void> {
  const client = await RawClient.connect(broker, { clientId, clean: false })
  await client.subscribe({ topic, qos: 1 })
  const gone = new Promise((resolve) => broker.broker.events.once('disconnected', resolve))
  client.send({ cmd: 'disconnect' })
  await gone
}

async function publish(topic: string, count: number, bytes = 16 * kib): Promise<void> {
  for (let i = 0; i < count; i++)
    await broker.broker.publish({ topic, payload: Buffer.alloc(bytes, i), qos: 1 })
}

/** Resumes the session, takes everything, and returns how much that was. */
async function take(clientId: string): Promise<number> {
  const client = await RawClient.open(broker)
  client.acknowledgeAll()
  client.send(
    { cmd: 'connect', protocolId: 'MQTT', clientId, clean: false, keepalive: 0 },
    { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'end', qos: 1 }] },
  )
  await client.next('suback')
  await broker.broker.publish({ topic: 'end', payload: 'end', qos: 1 })
  await client.until(() => client.messages('end').length > 0, 'the end')
  client.send({ cmd: 'pingreq' })
  await client.next('pingresp')
  return client.count('publish') - 1
}

describe('the queues of all sessions together', () => {
  it('are bounded, and small queues still find room', async () => {
    const maxTotalQueuedBytes = 1024 * kib
    await start({ maxTotalQueuedBytes })
    for (let i = 0; i < 10; i++) await absent(`hog-${i}`, `hog/${i}`)
    await absent('modest', 'modest')
    for (let i = 0; i < 10; i++) {
      await publish(`hog/${i}`, 100)
      expect(stats().queuedBytes).toBeLessThanOrEqual(maxTotalQueuedBytes)
    }
    expect(stats().queuedBytes).toBeGreaterThan(maxTotalQueuedBytes / 2)
    expect(stats().dropped.queueFull).toBeGreaterThan(900)
    await publish('modest', 1, 100)
    expect(await take('modest')).toBe(1)
    expect(await take('hog-0')).toBeGreaterThan(20)
    await broker.broker.forgetSessions(() => true)
    // The resumed clients acknowledge the last messages.
    while (stats().queuedBytes > 0) await new Promise(setImmediate)
  })

  it('count messages in flight, which are bounded by bytes too', async () => {
    await start({ maxInflightBytes: 256 * kib, maxQueuedMessages: 20 })
    const client = await RawClient.connect(broker, { clientId: 'takes-but-never-acks', clean: false })
    await client.subscribe({ topic: 'x', qos: 1 })
    await publish('x', 34)
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    expect(client.count('publish')).toBeGreaterThan(10)
    expect(client.count('publish')).toBeLessThanOrEqual(16)
    expect(stats().queuedBytes).toBeGreaterThan(34 * 16 * kib)
    client.acknowledgeAll()
    for (const packet of [...client.received])
      if (packet.cmd === 'publish') client.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
    await client.until(() => client.count('publish') === 34, 'all of them')
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    expect(stats().queuedBytes).toBe(0)
  })
})

describe('a host that publishes faster than a subscriber takes', () => {
  const total = 12_000

  it('waits until publish() resolves, and nobody is cut off', async () => {
    await start({ maxQueuedMessages: 2_000, holdQueuedMessages: 500 })
    const client = await RawClient.connect(broker)
    client.acknowledgeAll()
    await client.subscribe({ topic: 'x', qos: 1 })
    for (let i = 0; i < total; i++) await broker.broker.publish({ topic: 'x', payload: String(i), qos: 1 })
    await client.until(() => client.received.length === total, 'all of them')
    expect(broker.disconnects).toEqual([])
    expect(stats().dropped).toMatchObject({ slowConsumer: 0, queueFull: 0 })
  })

  it('is not delayed in publishing to others', async () => {
    await start({ maxQueuedMessages: 2_000, holdQueuedMessages: 500 })
    const slow = await RawClient.connect(broker)
    await slow.subscribe({ topic: 'slow', qos: 1 })
    const flood = Promise.all(
      Array.from({ length: 1_200 }, () => broker.broker.publish({ topic: 'slow', payload: 'x', qos: 1 })),
    )
    let released = false
    void flood.then(() => {
      released = true
    })
    await broker.broker.publish({ topic: 'other', payload: 'x', qos: 1 })
    expect(released).toBe(false)
    // It takes nothing, so the host waits for one hold timeout only.
    await flood
    expect(broker.disconnects).toEqual([])
  })
})
