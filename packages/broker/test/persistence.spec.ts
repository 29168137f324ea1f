import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../src/interface/persistence.js'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { persistenceContract } from '../src/testing/persistence-contract.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { FilePersistence } from './support/file-persistence.mjs'
import { RawClient } from './support/raw-client.js'

/** A store whose writes the test makes durable, or gives up. */
class SlowPersistence extends MemoryPersistence {
  readonly open: { changes: readonly Change[]; finish(): void; fail(): void }[] = []
  slow = false

  override async write(changes: readonly Change[]): Promise<void> {
    if (this.slow) {
      await new Promise<void>((resolve, reject) => {
        this.open.push({ changes, finish: resolve, fail: () => reject(new Error('the disk is full')) })
      })
    }
    await super.write(changes)
  }
}

const stored = { clientId: 'stored', clean: false }
let store: SlowPersistence
let broker: RunningOurs

beforeEach(async () => {
  store = new SlowPersistence()
  broker = await startOurs({ persistence: store })
})

afterEach(() => broker.stop())

async function restart(): Promise<void> {
  await broker.stop()
  broker = await startOurs({ persistence: store })
}

const left = () => new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))

async function absent(topic: string, qos: 0 | 1 | 2): Promise<void> {
  const client = await RawClient.connect(broker, stored)
  await client.subscribe({ topic, qos })
  const gone = left()
  client.send({ cmd: 'disconnect' })
  await gone
}

/** Resolves when the store has been asked to write something that matches, and has not finished it. */
function asked(kind: Change['kind']): Promise<SlowPersistence['open'][number]> {
  return new Promise((resolve) => {
    const look = () => {
      const found = store.open.find(({ changes }) => changes.some((change) => change.kind === kind))
      if (found) resolve(found)
      else setImmediate(look)
    }
    look()
  })
}

describe('with a persistence', () => {
  it('a restart keeps subscriptions, queued messages, messages in flight and retained messages', async () => {
    const first = await RawClient.connect(broker, stored)
    await first.subscribe({ topic: 'k/+', qos: 2 })
    await broker.broker.publish({ topic: 'k/1', payload: 'in flight', qos: 1 })
    await broker.broker.publish({ topic: 'k/2', payload: 'received', qos: 2 })
    await broker.broker.publish({ topic: 'k/3', payload: 'kept', qos: 1, retain: true })
    await first.until(() => first.count('publish') === 3, 'three messages')
    const [one, two] = first.received.filter(({ cmd }) => cmd === 'publish')
    first.send({ cmd: 'pubrec', messageId: two?.messageId ?? 0 })
    await first.next('pubrel')
    const gone = left()
    first.destroy()
    await gone
    await broker.broker.publish({ topic: 'k/4', payload: 'queued', qos: 2 })
    await restart()
    expect(await broker.broker.retained('#')).toEqual([{ topic: 'k/3', payload: Buffer.from('kept') }])
    await broker.broker.publish({ topic: 'k/5', payload: 'after', qos: 1 })
    const again = await RawClient.connect(broker, stored)
    await again.until(() => again.messages().includes('after'), 'the last one')
    expect(again.messages()).toEqual(['in flight', 'kept', 'queued', 'after'])
    expect(again.received[0]).toMatchObject({ dup: true, messageId: one?.messageId })
    expect(again.received[1]).toMatchObject({ cmd: 'pubrel', messageId: two?.messageId })
    expect(again.received.at(-1)).toMatchObject({ dup: false })
  })

  it.each([
    [1, 'puback'],
    [2, 'pubrec'],
  ] as const)('QoS %i for a stored session is acknowledged when it is durable', async (qos, answer) => {
    await absent('k', 2)
    const publisher = await RawClient.connect(broker)
    store.slow = true
    publisher.publish('k', 'x', qos, 1)
    const write = await asked('queued')
    publisher.publish('other', 'y', 1, 2)
    publisher.send({ cmd: 'pingreq' })
    await publisher.next('pingresp')
    expect(publisher.received).toEqual([])
    write.finish()
    await publisher.until(() => publisher.received.length === 2, 'both answers')
    expect(publisher.received).toMatchObject([
      { cmd: answer, messageId: 1 },
      { cmd: 'puback', messageId: 2 },
    ])
  })

  it('messages that concern no stored session wait for nothing', async () => {
    const subscriber = await RawClient.connect(broker)
    await subscriber.subscribe({ topic: 'k', qos: 1 })
    const publisher = await RawClient.connect(broker)
    store.slow = true
    publisher.publish('k', 'x', 1, 1)
    await publisher.next('puback')
    await subscriber.next('publish')
    expect(store.open).toEqual([])
  })

  it('a message that the store gives up is never acknowledged', async () => {
    await absent('k', 1)
    const publisher = await RawClient.connect(broker)
    store.slow = true
    publisher.publish('k', 'x', 1, 1)
    const write = await asked('queued')
    store.slow = false
    write.fail()
    await publisher.closed
    expect(publisher.received).toEqual([])
    expect(broker.disconnects.at(-1)?.reason).toBe('undecided')
  })

  it('SUBACK of a stored session waits as well', async () => {
    const client = await RawClient.connect(broker, stored)
    store.slow = true
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'k', qos: 1 }] })
    const write = await asked('subscription')
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    expect(client.received).toEqual([])
    write.finish()
    await client.next('suback')
  })

  it('a QoS 2 message and its id are written together, and PUBCOMP waits until the id is free', async () => {
    await absent('k', 1)
    const publisher = await RawClient.connect(broker, { clientId: 'p', clean: false })
    store.slow = true
    publisher.publish('k', 'x', 2, 9)
    const write = await asked('inbound')
    expect(write.changes.map(({ kind }) => kind)).toEqual(['inbound', 'queued'])
    write.finish()
    await publisher.next('pubrec')
    publisher.send({ cmd: 'pubrel', messageId: 9 }, { cmd: 'pingreq' })
    const release = await asked('inbound_removed')
    await publisher.next('pingresp')
    expect(publisher.received).toEqual([])
    release.finish()
    await publisher.next('pubcomp')
  })

  it('QoS 2 is sent once its packet id is durable, PUBREL once PUBREC is', async () => {
    const subscriber = await RawClient.connect(broker, stored)
    await subscriber.subscribe({ topic: 'k', qos: 2 })
    store.slow = true
    void broker.broker.publish({ topic: 'k', payload: 'x', qos: 2 })
    const write = await asked('queued')
    subscriber.send({ cmd: 'pingreq' })
    await subscriber.next('pingresp')
    expect(subscriber.received).toEqual([])
    write.finish()
    const { messageId = 0 } = await subscriber.next('publish')
    subscriber.send({ cmd: 'pubrec', messageId }, { cmd: 'pingreq' })
    const released = await asked('released')
    await subscriber.next('pingresp')
    expect(subscriber.received).toEqual([])
    released.finish()
    await subscriber.next('pubrel')
    store.slow = false
  })

  it('a session that is discarded, forgotten or taken over clean is removed from the store', async () => {
    await absent('k', 1)
    await broker.broker.publish({ topic: 'k', payload: 'x', qos: 1 })
    await broker.broker.forgetSessions(() => true)
    await restart()
    expect(broker.broker.stats()).toMatchObject({ sessions: 0, subscriptions: 0 })
  })

  it('forgetSessions resolves when the store has forgotten them, and rejects when that is not certain', async () => {
    await absent('k', 1)
    store.slow = true
    let forgotten = false
    const forgetting = broker.broker
      .forgetSessions(() => true)
      .then((count) => {
        forgotten = true
        return count
      })
    const write = await asked('session_removed')
    expect(forgotten).toBe(false)
    write.finish()
    expect(await forgetting).toBe(1)
    store.slow = false
    store.open.length = 0
    await absent('k', 1)
    store.slow = true
    const failing = broker.broker.forgetSessions(() => true)
    const failed = asked('session_removed').then(({ fail }) => fail())
    await expect(failing).rejects.toThrow('gave up')
    await failed
    store.slow = false
  })

  it('does not start when the store cannot be read', async () => {
    class Broken extends MemoryPersistence {
      override load(): Promise<void> {
        return Promise.reject(new Error('no such table'))
      }
    }
    await expect(startOurs({ persistence: new Broken() })).rejects.toThrow('no such table')
  })
})

describe('the log file of the tests', () => {
  const directory = mkdtempSync(join(tmpdir(), 'broker-log-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  let count = 0
  const open = async (how: 'fresh' | 'again') => {
    if (how === 'fresh') count++
    return new FilePersistence(join(directory, `log-${count}`))
  }
  for (const { name, run } of persistenceContract) it(name, () => run(open))
})
