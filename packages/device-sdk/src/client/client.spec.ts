import { app, presence } from '@heliograph/protocol'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ClosedError, DroppedError } from '../connection/errors.js'
import { type Script, scriptedBroker } from '../testing/scripted-broker.js'
import { Client } from './client.js'
import { type CommonOptions, clientOptions } from './options.js'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  vi.unstubAllGlobals()
})

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 25_000, interval: 5 })
const room = { org: 'acme', app: 'chat', path: 'room' }
const defaults = { keepAliveSeconds: 60, pingIntervalMs: 60_000, backoffMaximumMs: 4, refusalIsFinal: true }

async function start(scripts: Script[], options: CommonOptions = {}) {
  const broker = await scriptedBroker(scripts)
  cleanups.push(broker.close)
  const client = new Client(
    clientOptions({ backoff: { baseMs: 1 }, ...options }, defaults, { clean: true }),
    {
      access: async () => ({ url: broker.url, clientId: 'c', username: 'u', password: 'p' }),
    },
  )
  cleanups.push(() => client.close({ timeoutMs: 0 }))
  return { broker, client }
}

describe('Client', () => {
  it('has at most 128 unacknowledged messages under way', async () => {
    const { broker, client } = await start([{ acknowledge: () => false }])
    for (let n = 0; n < 200; n += 1) void client.publish(app, room, n)
    await eventually(() => expect(broker.published).toHaveLength(128))
    const [first] = broker.published
    broker.connections[0]?.send({ cmd: 'puback', messageId: first?.messageId ?? 0, reasonCode: 0 })
    await eventually(() => expect(broker.published).toHaveLength(129))
    expect(client.stats).toEqual({
      ...{ published: 200, acknowledged: 1, refused: 0, buffered: 199, dropped: 0, received: 0 },
    })
  })

  it('has no more under way than the platform takes, and sends nothing larger', async () => {
    const connackProperties = { receiveMaximum: 2, maximumPacketSize: 1_000 }
    const { broker, client } = await start([{ acknowledge: () => false, connackProperties }])
    await eventually(() => expect(client.state.state).toBe('live'))
    const topicBytes = Buffer.byteLength(app.topic(room))
    // JSON has two quotes; the head has 10 bytes.
    const fitting = 'x'.repeat(1_000 - topicBytes - 12)
    await expect(client.publish(app, room, `${fitting}x`)).rejects.toMatchObject({ reasonCode: 0x95 })
    for (let n = 0; n < 3; n += 1) void client.publish(app, room, fitting)
    await eventually(() => expect(broker.published).toHaveLength(2))
    expect(client.stats).toMatchObject({ refused: 1, buffered: 3 })
    broker.connections[0]?.send({
      cmd: 'puback',
      messageId: broker.published[0]?.messageId ?? 0,
      reasonCode: 0,
    })
    await eventually(() => expect(broker.published).toHaveLength(3))
  })

  it('resolves a message of QoS 0 without an acknowledgement', async () => {
    const { broker, client } = await start([{ acknowledge: () => false }])
    await client.publish(app, room, 1, { qos: 0, retain: true })
    await eventually(() => expect(broker.published[0]).toMatchObject({ qos: 0, retain: true }))
    expect(client.stats.buffered).toBe(0)
  })

  it('hands over raw messages, counted, to whoever asked for the filter', async () => {
    const { broker, client } = await start([{}])
    const got: unknown[] = []
    client.subscribeRaw('acme/#', ({ topic, payload, retained, userProperties }) =>
      got.push([topic, Buffer.from(payload).toString(), retained, { ...userProperties }]),
    )
    await eventually(() => expect(broker.subscribed).toEqual([['acme/#']]))
    const payload = { payload: 'not JSON', qos: 0, dup: false } as const
    const properties = { userProperties: { time: ['1.000', '2.000'], unit: 'K' } }
    broker.connections[0]?.send({ cmd: 'publish', topic: 'acme/x', retain: true, ...payload, properties })
    broker.connections[0]?.send({ cmd: 'publish', topic: 'other', retain: false, ...payload })
    await eventually(() => expect(client.stats.received).toBe(2))
    expect(got).toEqual([['acme/x', 'not JSON', true, properties.userProperties]])
  })

  it('reports an error of a handler, and continues', async () => {
    const { broker, client } = await start([{}])
    const problems: unknown[] = []
    client.on('problem', ({ error, topic }) => problems.push([error.message, topic]))
    client.subscribe(presence, {}, () => {
      throw new Error('handler')
    })
    await eventually(() => expect(broker.subscribed).toHaveLength(1))
    const payload = JSON.stringify({ online: true, since: 0, reason: 'connected' })
    const topic = 'acme/devices/pump/presence'
    broker.connections[0]?.send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false })
    await eventually(() => expect(problems).toEqual([['handler', topic]]))
    await client.publish(app, room, 1)
  })

  it('subscribes to nothing whose listener is gone before the connection is up', async () => {
    const { broker, client } = await start([{}])
    client.subscribeRaw('a', () => {})()
    client.subscribeRaw('b', () => {})
    await eventually(() => expect(broker.subscribed).toEqual([['b']]))
  })

  it('connects at once when the page wakes, and listens to no page after it was closed', async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
    const frame = new EventTarget()
    vi.stubGlobal('document', page)
    vi.stubGlobal('window', frame)
    const hour = 3_600_000
    const { broker, client } = await start([{ connack: 0x88 }], {
      backoff: { baseMs: hour, maximumMs: hour },
    })
    const attempts = (count: number) => eventually(() => expect(client.state.attempt).toBe(count))
    await attempts(1)
    frame.dispatchEvent(new Event('online'))
    await attempts(2)
    await client.close()
    frame.dispatchEvent(new Event('online'))
    page.dispatchEvent(new Event('visibilitychange'))
    expect(client.state.state).toBe('closed')
    expect(broker.connections).toHaveLength(2)
  })

  it('settles every message exactly once, in order, while connections are lost at random', async () => {
    const plan = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(plan, async (acknowledgedBeforeLoss) => {
        const scripts: Script[] = acknowledgedBeforeLoss.map((count) => {
          let left = count
          return { acknowledge: () => left-- > 0, loseWhenUnacknowledged: true }
        })
        const { broker, client } = await start([...scripts, {}])
        const settled: number[] = []
        const sent = Array.from({ length: 100 }, (_, n) =>
          client.publish(app, room, n).then(() => settled.push(n)),
        )
        await Promise.all(sent)
        expect(settled).toEqual(Array.from({ length: 100 }, (_, n) => n))
        const arrived = broker.published.map(({ payload }) => Number(payload.toString()))
        expect([...new Set(arrived)]).toEqual(settled)
        expect(client.stats).toMatchObject({ published: 100, acknowledged: 100, buffered: 0, dropped: 0 })
        await client.close()
      }),
      { numRuns: 15 },
    )
  })

  it('accounts for every message when it drops some and is closed with others', async () => {
    const { client } = await start([{ acknowledge: () => false }], { offlineBuffer: { maxMessages: 30 } })
    const sent = Array.from({ length: 50 }, (_, n) => client.publish(app, room, n))
    await eventually(() => expect(client.state.state).toBe('live'))
    await client.close({ timeoutMs: 0 })
    const reasons = (await Promise.allSettled(sent)).map((outcome) =>
      outcome.status === 'rejected' ? outcome.reason.constructor : null,
    )
    expect(reasons).toEqual([...Array(20).fill(DroppedError), ...Array(30).fill(ClosedError)])
    expect(client.stats).toMatchObject({ published: 50, dropped: 20, buffered: 0 })
  })
})
