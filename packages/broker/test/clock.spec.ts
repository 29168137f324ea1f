import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BrokerLimits } from '../src/interface/limits.js'
import { type OursOptions, type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

const hourMs = 3_600_000
const limits: Partial<BrokerLimits> = {
  connectTimeoutMs: 1_500,
  slowConsumerTimeoutMs: 1_500,
  publishTimeoutMs: 1_500,
  rateTimeoutMs: 1_500,
  maxPublishesPerSecond: 10,
}
let broker: RunningOurs

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(async () => {
  await broker.stop()
  vi.useRealTimers()
})

const step = (byMs: number) => vi.setSystemTime(Date.now() + byMs)
const reasons = () => broker.disconnects.map(({ reason }) => reason)

/** Waits until the broker has looked at its deadlines after now: a client without CONNECT has missed its own. */
async function deadlinesPassed(): Promise<void> {
  const silent = await RawClient.open(broker)
  await silent.closed
}

async function start(more: OursOptions = {}): Promise<void> {
  broker = await startOurs({ limits, ...more })
}

describe('the wall clock an hour forward', () => {
  it('cuts off nobody', async () => {
    await start({ hooks: { onPublish: (_client, { topic }) => (topic === 'slow' ? decided : 'forward') } })
    let decide = (_decision: 'forward') => {}
    const decided = new Promise<'forward'>((resolve) => (decide = resolve))
    const idle = await RawClient.connect(broker, { keepalive: 600 })
    const undecided = await RawClient.connect(broker, { keepalive: 600 })
    undecided.publish('slow', 'x', 1, 1)
    const stored = await RawClient.connect(broker, { clientId: 'stored', clean: false })
    await stored.subscribe({ topic: 'x', qos: 1 })
    stored.send({ cmd: 'disconnect' })
    await stored.closed
    step(hourMs)
    decide('forward')
    await undecided.next('puback')
    await deadlinesPassed()
    idle.send({ cmd: 'pingreq' })
    await idle.next('pingresp')
    expect(reasons()).toEqual(['client'])
    expect(broker.broker.stats().sessions).toBe(3)
  })

  it('ends what is bound to a date: a credential', async () => {
    const expiresAt = Date.now() + hourMs / 2
    await start({
      hooks: {
        authenticate: ({ clientId }) => ({ ok: true, principal: '', sessionId: clientId, expiresAt }),
      },
    })
    const client = await RawClient.connect(broker)
    step(hourMs)
    await client.closed
    expect(reasons()).toEqual(['expired'])
  })
})

describe('the wall clock an hour back', () => {
  it('does not hide a client without a CONNECT, nor a dead one with a keep-alive', async () => {
    await start()
    const dead = await RawClient.connect(broker, { keepalive: 1 })
    step(-hourMs)
    await deadlinesPassed()
    await dead.closed
    expect(reasons()).toEqual(['keep_alive'])
  })

  it('does not hide a slow consumer', async () => {
    await start({ limits: { slowConsumerTimeoutMs: 1_500 } })
    const frozen = await RawClient.connect(broker)
    await frozen.subscribe({ topic: 'x', qos: 0 })
    frozen.freeze()
    const publisher = await RawClient.connect(broker)
    const payload = Buffer.alloc(1024 * 1024)
    for (let i = 0; i < 12; i++) publisher.publish('x', payload, 1, i + 1)
    await publisher.until(() => publisher.count('puback') === 12, 'every acknowledgement')
    step(-hourMs)
    await vi.waitFor(() => expect(reasons()).toEqual(['slow_consumer']), 20_000)
  })

  it('does not hide a publisher that is too fast', async () => {
    await start()
    const fast = await RawClient.connect(broker)
    step(-hourMs)
    fast.flood('x', Array(200).fill('x'))
    await fast.closed
    expect(reasons()).toEqual(['rate'])
  })

  it('does not hide a decision that never comes', async () => {
    await start({ hooks: { onPublish: () => new Promise(() => {}) } })
    const client = await RawClient.connect(broker)
    client.publish('x', 'x', 1, 1)
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    step(-hourMs)
    await client.closed
    expect(reasons()).toEqual(['undecided'])
  })

  it('does not delay a stop', async () => {
    await start({ limits: {}, hooks: { onPublish: () => new Promise(() => {}) } })
    const client = await RawClient.connect(broker)
    client.publish('x', 'x', 1, 1)
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    const closing = broker.broker.close()
    step(-hourMs)
    await closing
    expect(reasons()).toEqual(['server_stopping'])
  })
})
