import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { BrokerLimits } from '../src/interface/limits.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs

afterEach(() => broker.stop())

async function start(limits: Partial<BrokerLimits>): Promise<void> {
  broker = await startOurs({
    limits,
    hooks: {
      authenticate: ({ clientId, username }) => ({
        ok: true,
        principal: clientId,
        sessionId: clientId,
        ...(username === undefined ? {} : { group: username }),
      }),
    },
  })
}

const payloads = (count: number) => Array.from({ length: count }, (_, i) => `${i} ${'x'.repeat(500)}`)

/** Floods in many small writes until the client is disconnected; resolves then. */
async function floodForEver(client: RawClient): Promise<void> {
  const some = payloads(500)
  while (!client.isClosed) {
    if (client.unsentBytes < 1024 * 1024) client.flood('x', some)
    await new Promise(setImmediate)
  }
}

describe('a client that publishes faster than allowed', () => {
  it('is read more slowly, and loses nothing', async () => {
    await start({ maxPublishesPerSecond: 400, rateTimeoutMs: 60_000 })
    const subscriber = await RawClient.connect(broker)
    await subscriber.subscribe({ topic: 'x', qos: 0 })
    const client = await RawClient.connect(broker)
    const neighbour = await RawClient.connect(broker)
    client.flood('x', payloads(1_500))
    const taken = () => broker.broker.stats().messagesIn
    while (taken() < 800) await new Promise(setImmediate)
    expect(taken()).toBeLessThan(1_200)
    neighbour.publish('y', 'y', 1)
    await neighbour.next('puback')
    await client.until(() => client.count('puback') === 1_500, 'all PUBACKs')
    expect(subscriber.messages()).toHaveLength(1_500)
    expect(broker.disconnects).toEqual([])
  })

  it.each([
    ['messages', { maxPublishesPerSecond: 100 }],
    ['bytes', { maxPublishBytesPerSecond: 100_000 }],
  ])('is cut off when it goes on for rateTimeoutMs, by %s', async (_what, limits) => {
    await start({ ...limits, rateTimeoutMs: 500 })
    const client = await RawClient.connect(broker, { clientId: 'flood' })
    await floodForEver(client)
    expect(broker.disconnects).toMatchObject([{ reason: 'rate', client: { sessionId: 'flood' } }])
    expect(broker.refusals).toMatchObject([{ stage: 'publish', reason: 'rate', clientId: 'flood' }])
  })

  it('slows its group, and leaves other groups alone', async () => {
    await start({ maxGroupPublishesPerSecond: 400, rateTimeoutMs: 60_000 })
    const a = await RawClient.connect(broker, { username: 'acme' })
    const b = await RawClient.connect(broker, { username: 'acme' })
    const other = await RawClient.connect(broker, { username: 'other' })
    a.flood('x', payloads(1_200))
    b.flood('x', payloads(300))
    other.flood('y', payloads(500))
    await other.until(() => other.count('puback') === 500, 'the PUBACKs of another group')
    await a.until(() => a.count('puback') === 1_200, 'all PUBACKs')
    await b.until(() => b.count('puback') === 300, 'all PUBACKs')
    expect(broker.disconnects).toEqual([])
  })
})

describe('a group that keeps publishing faster than allowed', () => {
  it('loses the clients that do so, and none that publishes little or is of another group', async () => {
    await start({ maxGroupPublishesPerSecond: 300, rateTimeoutMs: 1_000 })
    const modest = await RawClient.connect(broker, { username: 'acme', clientId: 'modest' })
    const other = await RawClient.connect(broker, { username: 'other', clientId: 'other' })
    const floods = await Promise.all(
      ['a', 'b'].map((clientId) => RawClient.connect(broker, { username: 'acme', clientId })),
    )
    const ended = Promise.all(floods.map(floodForEver))
    modest.publish('x', 'now and then', 1, 1)
    other.publish('x', 'now and then', 1, 1)
    await ended
    await modest.next('puback')
    await other.next('puback')
    const cut = broker.disconnects.map(({ client, reason }) => `${client.clientId} ${reason}`)
    expect(cut.sort()).toEqual(['a rate', 'b rate'])
    expect(broker.refusals[0]).toMatchObject({ stage: 'publish', reason: 'rate' })
  })
})

describe('an address', () => {
  it('has a limited number of connections, over TCP and WebSocket together', async () => {
    await start({ maxConnectionsPerAddress: 2 })
    const first = await RawClient.connect(broker)
    await RawClient.connect(broker, {}, 'ws')
    const third = await RawClient.open(broker)
    await third.closed
    expect(await askForWebSocket(broker.wsPort)).toEqual({
      status: 429,
      retryAfter: '10',
      text: 'Too many connections of this address. Try again in 10 s.\n',
    })
    expect(broker.refusals).toMatchObject([
      { stage: 'connect', reason: 'quota' },
      { stage: 'connect', reason: 'quota' },
    ])
    const gone = new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))
    first.destroy()
    await gone
    await RawClient.connect(broker)
  })

  it('connects at a limited rate', async () => {
    await start({ maxConnectsPerSecondPerAddress: 1 })
    const clients = await Promise.all(Array.from({ length: 10 }, () => RawClient.open(broker)))
    await Promise.race(clients.map((client) => client.closed))
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(broker.refusals[0]).toMatchObject({ stage: 'connect', reason: 'rate' })
  })
})

/** What a WebSocket is answered that is refused. */
async function askForWebSocket(port: number) {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': 'mqtt',
  }
  const [response]: IncomingMessage[] = await once(http.get({ host: '127.0.0.1', port, headers }), 'response')
  if (response === undefined) throw new Error('there was no answer')
  const { statusCode: status, headers: fields } = response
  return { status, retryAfter: fields['retry-after'], text: await text(response) }
}
