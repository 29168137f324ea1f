import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BrokerEvents } from '../src/interface/broker.js'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

const limits = {
  maxRetainedMessagesPerOwner: 3,
  maxRetainedBytesPerOwner: 10_000,
  maxRetainedMessagesPerGroup: 5,
}

let store: MemoryPersistence
let broker: RunningOurs
let unretained: BrokerEvents<string>['unretained'][]

/** Clients `a:1` and `a:2` have the owner `a`; topics below `live` are not retained. */
async function start(given: Partial<typeof limits> = {}): Promise<void> {
  broker = await startOurs({
    persistence: store,
    limits: { ...limits, ...given },
    hooks: {
      authenticate: ({ clientId }) => ({
        ok: true,
        principal: clientId,
        sessionId: clientId,
        group: 'acme',
        owner: clientId,
        quotaOwner: clientId.split(':')[0] ?? '',
      }),
      authorizeRetain: (_client, topic) => !topic.startsWith('live/'),
    },
  })
  unretained = []
  broker.broker.events.on('unretained', (event) => unretained.push(event))
}

beforeEach(async () => {
  store = new MemoryPersistence()
  await start()
})
afterEach(() => broker.stop())

/** Publishes with the retain flag, and waits for the acknowledgements. */
async function retain(clientId: string, topics: readonly string[], payload = 'x'): Promise<void> {
  const client = await RawClient.connect(broker, { clientId })
  for (const [index, topic] of topics.entries()) client.publish(topic, payload, 1, index + 1, true)
  await client.until(() => client.count('puback') === topics.length, 'all acknowledgements')
  const gone = new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))
  client.send({ cmd: 'disconnect' })
  await gone
}

async function kept(filter = '#'): Promise<string[]> {
  return (await broker.broker.retained(filter)).map(({ topic }) => topic).sort()
}

const reasons = () => unretained.map(({ reason, topic, count }) => [reason, topic, count])

describe('an owner that retains more than its share', () => {
  it('has the rest delivered, not retained, and told, with all of its clients together', async () => {
    const watcher = await RawClient.connect(broker, { clientId: 'watcher' })
    await watcher.subscribe({ topic: 'a/#', qos: 0 })
    await retain('a:1', ['a/1', 'a/2'])
    await retain('a:2', ['a/3', 'a/4', 'a/4', 'a/4'])
    await watcher.until(() => watcher.messages().length === 6, 'all messages')
    expect(await kept()).toEqual(['a/1', 'a/2', 'a/3'])
    // The first at once, the others with the end of the connection.
    expect(reasons()).toEqual([
      ['owner_quota', 'a/4', 1],
      ['owner_quota', 'a/4', 2],
    ])
    expect(broker.broker.stats()).toMatchObject({
      retained: 3,
      retainedOfClients: { messages: 3 },
      unretained: { owner_quota: 3 },
    })
  })

  it('leaves room to others and to the host, and clears with an empty payload', async () => {
    await retain('a:1', ['a/1', 'a/2', 'a/3', 'a/4'])
    await retain('b:1', ['b/1', 'b/2', 'b/3'])
    await broker.broker.publish({ topic: 'host', payload: 'x', retain: true })
    expect(await kept()).toEqual(['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'host'])
    expect(reasons()).toEqual([
      ['owner_quota', 'a/4', 1],
      ['group_quota', 'b/3', 1],
    ])
    await retain('a:1', ['a/1', 'a/4', 'host'], '')
    await retain('a:1', ['a/4'])
    expect(await kept()).toEqual(['a/2', 'a/3', 'a/4', 'b/1', 'b/2'])
  })

  it('cannot retain a will past it', async () => {
    await retain('a:1', ['a/1', 'a/2'])
    for (const topic of ['a/will', 'a/second', 'live/will']) {
      const will = { topic, payload: Buffer.from('gone'), qos: 1 as const, retain: true }
      const client = await RawClient.connect(broker, { clientId: 'a:1', will })
      const gone = new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))
      client.destroy()
      await gone
    }
    expect(await kept()).toEqual(['a/1', 'a/2', 'a/will'])
    expect(reasons()).toEqual([
      ['owner_quota', 'a/second', 1],
      ['not_authorized', 'live/will', 1],
    ])
  })
})

it('a topic that may not be retained is delivered, and what is retained there is cleared', async () => {
  await broker.broker.publish({ topic: 'live/1', payload: 'of the host', retain: true })
  const watcher = await RawClient.connect(broker, { clientId: 'watcher' })
  await watcher.subscribe({ topic: 'live/2', qos: 0 })
  await retain('a:1', ['live/2'])
  await watcher.next('publish')
  expect(await kept()).toEqual(['live/1'])
  await retain('a:1', ['live/1'], '')
  expect(await kept()).toEqual([])
  expect(reasons()).toEqual([['not_authorized', 'live/2', 1]])
})

describe('a store with more retained messages than the limits allow', () => {
  it('starts with the newest of each owner, all of the host, and forgets the rest for good', async () => {
    await broker.stop()
    await start({ maxRetainedMessagesPerOwner: 100, maxRetainedMessagesPerGroup: 100 })
    await broker.broker.publish({ topic: 'host/1', payload: 'x', retain: true })
    await broker.broker.publish({ topic: 'host/2', payload: 'x', retain: true })
    await retain('b:1', ['b/1'])
    const topics = Array.from({ length: 10 }, (_, i) => `a/${i}`)
    for (const topic of topics) {
      await retain('a:1', [topic])
      // In a millisecond of its own, so that it is newer than the one before.
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const wanted = ['a/7', 'a/8', 'a/9', 'b/1', 'host/1', 'host/2']
    await broker.stop()
    await start()
    expect(await kept()).toEqual(wanted)
    await broker.stop()
    await start({ maxRetainedMessagesPerOwner: 100, maxRetainedMessagesPerGroup: 100 })
    expect(await kept()).toEqual(wanted)
    // Its owner is still known.
    await broker.stop()
    await start()
    await retain('a:2', ['a/1'])
    expect(reasons()).toEqual([['owner_quota', 'a/1', 1]])
  })
})
