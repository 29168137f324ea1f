import { afterEach, expect, it, vi } from 'vitest'
import type { BrokerLimits } from '../src/interface/limits.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs
let frozen: RawClient

afterEach(async () => {
  frozen.destroy()
  await broker.stop()
})

async function freeze(limits: Partial<BrokerLimits>, qos: 0 | 1): Promise<void> {
  broker = await startOurs({ limits })
  frozen = await RawClient.connect(broker, { clientId: 'frozen' })
  await frozen.subscribe({ topic: 'big', qos })
  frozen.freeze()
}

const cut = () =>
  new Promise<unknown>((resolve) =>
    broker.broker.events.once('disconnected', ({ reason }) => resolve(reason)),
  )

it('drops QoS 0 for a client with 1 MiB unsent, counts and reports it, and does not cut it off', async () => {
  await freeze({}, 0)
  const dropped = new Promise<{ reason: string; topic: string; count: number }>((resolve) =>
    broker.broker.events.once('dropped', resolve),
  )
  const payload = Buffer.alloc(256 * 1024)
  for (let i = 0; i < 100; i++) {
    await broker.broker.publish({ topic: 'big', payload })
    await new Promise(setImmediate)
  }
  expect(await dropped).toMatchObject({ reason: 'slow_consumer', topic: 'big' })
  const { dropped: counted, messagesOut } = broker.broker.stats()
  expect(counted.slowConsumer).toBeGreaterThan(0)
  expect(counted.slowConsumer + messagesOut).toBe(100)
  expect(broker.disconnects).toEqual([])
})

it.each([0, 1] as const)(
  'reports how much QoS %i waits for a client, and leaves out clients that take it',
  async (qos) => {
    await freeze({ slowConsumerDropBytes: 8 * 1024 * 1024 }, qos)
    const quick = await RawClient.connect(broker, { clientId: 'quick' })
    await quick.subscribe({ topic: 'big', qos: 0 })
    const waiting = (leastBytes: number) =>
      [...broker.broker.backlogs(leastBytes)].map(({ client, bytes }) => ({ id: client.clientId, bytes }))
    const payload = Buffer.alloc(256 * 1024)
    for (let i = 0; i < 100 && waiting(1024 * 1024).length === 0; i++) {
      void broker.broker.publish({ topic: 'big', payload, qos })
      await new Promise(setImmediate)
    }
    await vi.waitFor(
      () => expect(waiting(1024 * 1024)).toEqual([{ id: 'frozen', bytes: expect.any(Number) }]),
      30_000,
    )
    expect(waiting(1024 ** 3)).toEqual([])
    quick.destroy()
  },
)

it('cuts off a client with more unsent than slowConsumerCutBytes', async () => {
  await freeze({ slowConsumerDropBytes: 64 * 1024 * 1024, slowConsumerCutBytes: 1024 * 1024 }, 0)
  const reason = cut()
  const payload = Buffer.alloc(256 * 1024)
  for (let i = 0; i < 100; i++) await broker.broker.publish({ topic: 'big', payload })
  expect(await reason).toBe('slow_consumer')
})

it('cuts off a client that takes nothing for slowConsumerTimeoutMs while bytes wait', async () => {
  await freeze({ slowConsumerTimeoutMs: 500, maxQueuedBytes: 64 * 1024 * 1024 }, 1)
  const reason = cut()
  const payload = Buffer.alloc(1024 * 1024)
  for (let i = 0; i < 40; i++) await broker.broker.publish({ topic: 'big', payload, qos: 1 })
  expect(await reason).toBe('slow_consumer')
})

it('leaves an idle client alone, however long', async () => {
  await freeze({ slowConsumerTimeoutMs: 100 }, 0)
  const other = await RawClient.connect(broker, { keepalive: 1 })
  await other.closed
  expect(broker.disconnects).toMatchObject([{ reason: 'keep_alive' }])
})

it('sends retained messages only as fast as they are taken, and drops none', async () => {
  await freeze({}, 0)
  const payload = Buffer.alloc(64 * 1024)
  for (let i = 0; i < 1_000; i++) await broker.broker.publish({ topic: `kept/${i}`, payload, retain: true })
  const before = broker.broker.stats().messagesOut
  frozen.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'kept/#', qos: 0 }] })
  const other = await RawClient.connect(broker)
  await other.subscribe({ topic: 'kept/1', qos: 0 })
  await other.next('publish')
  expect(broker.broker.stats().messagesOut - before).toBeLessThan(500)
  frozen.thaw()
  await frozen.until(() => frozen.count('publish') === 1_000, 'all of them', 25_000)
  expect(broker.broker.stats().dropped.slowConsumer).toBe(0)
})
