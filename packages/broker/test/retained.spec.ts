import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

async function retain(count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    void broker.broker.publish({ topic: `kept/${i}`, payload: String(i), qos: 1, retain: true })
}

describe('a wildcard over very many retained messages', () => {
  it('lets messages of other clients come in between', async () => {
    await retain(60_000)
    const other = await RawClient.connect(broker)
    await other.subscribe({ topic: 'news', qos: 0 })
    const greedy = await RawClient.connect(broker)
    greedy.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'kept/#', qos: 0 }] })
    await greedy.until(() => greedy.received.length > 1, 'the first of them')
    const publisher = await RawClient.connect(broker)
    publisher.publish('news', 'in between')
    await other.next('publish')
    expect(broker.broker.stats().messagesOut).toBeLessThan(50_000)
    await greedy.until(() => greedy.received.length > 60_000, 'all of them', 30_000)
    expect(new Set(greedy.messages()).size).toBe(60_000)
  })

  it('ends when the subscription does', async () => {
    await retain(60_000)
    const client = await RawClient.connect(broker)
    client.send(
      { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'kept/#', qos: 0 }] },
      { cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['kept/#'] },
    )
    await client.next('unsuback')
    const { messagesOut } = broker.broker.stats()
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    expect(messagesOut).toBeLessThan(10_000)
    expect(broker.broker.stats().messagesOut).toBe(messagesOut)
  })

  it('stops when the right to read ends', async () => {
    let allowed = true
    await broker.stop()
    broker = await startOurs({ hooks: { authorizeSubscribe: () => allowed } })
    await retain(60_000)
    const client = await RawClient.connect(broker, { clientId: 'c' })
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })
    await client.until(() => client.received.length > 1, 'the first of them')
    allowed = false
    broker.broker.setPrincipal('c', 'less')
    const { messagesOut } = broker.broker.stats()
    for (let i = 0; i < 3; i++) {
      client.send({ cmd: 'pingreq' })
      await client.next('pingresp')
    }
    expect(broker.broker.stats().messagesOut).toBe(messagesOut)
    expect(messagesOut).toBeLessThan(60_000)
  })

  it('is looked up for the host without blocking the event loop', async () => {
    await retain(60_000)
    let turns = 0
    const counted = () => {
      turns++
      if (!done) setImmediate(counted)
    }
    let done = false
    setImmediate(counted)
    const found = await broker.broker.retained('kept/+')
    done = true
    expect(found.length).toBe(60_000)
    expect(turns).toBeGreaterThan(20)
  })
})
