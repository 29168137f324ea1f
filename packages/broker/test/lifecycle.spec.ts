import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import mqttPacket from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PublishDecision } from '../src/types.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient, type Via, within } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

const will = { topic: 'wills', payload: Buffer.from('gone'), qos: 1, retain: false } as const

async function watchWills(): Promise<RawClient> {
  const watcher = await RawClient.connect(broker)
  await watcher.subscribe({ topic: 'wills', qos: 1 }, { topic: 'end', qos: 0 })
  return watcher
}

async function willsUntilNow(watcher: RawClient): Promise<string[]> {
  await broker.broker.publish({ topic: 'end', payload: '' })
  await watcher.until(() => watcher.messages('end').length > 0, 'the end')
  return watcher.messages('wills')
}

describe('a connection ends', () => {
  it('with DISCONNECT: reason client, no will', async () => {
    const watcher = await watchWills()
    const client = await RawClient.connect(broker, { will })
    client.send({ cmd: 'disconnect' })
    await client.closed
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['client'])
    expect(await willsUntilNow(watcher)).toEqual([])
  })

  it('by loss: reason connection_lost, and the will', async () => {
    const watcher = await watchWills()
    const client = await RawClient.connect(broker, { will })
    client.destroy()
    await watcher.until(() => watcher.messages('wills').length === 1, 'the will')
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['connection_lost'])
  })

  it('by take-over: the older goes with reason taken_over', async () => {
    const first = await RawClient.connect(broker, { clientId: 'one' })
    const second = await RawClient.connect(broker, { clientId: 'one' })
    await first.closed
    second.send({ cmd: 'pingreq' })
    await second.next('pingresp')
    expect(broker.disconnects).toMatchObject([{ reason: 'taken_over', client: { sessionId: 'one' } }])
    expect([...broker.broker.clients()]).toHaveLength(1)
  })

  it('when nothing came for one and a half times the keep alive', async () => {
    const client = await RawClient.connect(broker, { keepalive: 1 })
    await client.closed
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['keep_alive'])
  })

  it('when its time is up, unless it was extended', async () => {
    const soon = Date.now() + 300
    await broker.stop()
    broker = await startOurs({
      hooks: {
        authenticate: ({ clientId }) => ({ ok: true, principal: '', sessionId: clientId, expiresAt: soon }),
      },
    })
    const short = await RawClient.connect(broker, { clientId: 'short' })
    const long = await RawClient.connect(broker, { clientId: 'long' })
    expect(broker.broker.extend('long', Date.now() + 60_000)).toBe(true)
    expect(broker.broker.extend('nobody', 0)).toBe(false)
    await short.closed
    long.send({ cmd: 'pingreq' })
    await long.next('pingresp')
    expect(broker.disconnects).toMatchObject([{ reason: 'expired', client: { sessionId: 'short' } }])
  })

  it('by the host, before disconnect() returns', async () => {
    const client = await RawClient.connect(broker, { clientId: 'bad' })
    const other = await RawClient.connect(broker, { clientId: 'good' })
    expect(broker.broker.disconnect(({ clientId }) => clientId === 'bad', 'revoked')).toBe(1)
    expect(broker.disconnects).toMatchObject([{ reason: 'revoked' }])
    await client.closed
    expect(other.isClosed).toBe(false)
  })

  it('after ten denied publishes', async () => {
    const client = await RawClient.connect(broker)
    for (let i = 1; i <= 10; i++) client.publish('secret', 'x', 1, i)
    await client.closed
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['not_authorized'])
    expect(broker.refusals).toHaveLength(10)
  })

  it('without a CONNECT in time', async () => {
    await broker.stop()
    broker = await startOurs({ limits: { connectTimeoutMs: 100 } })
    const client = await RawClient.open(broker)
    await client.closed
  })

  it('when the broker closes, in time, and no will is sent', async () => {
    const clients = await Promise.all([0, 1, 2].map(() => RawClient.connect(broker, { will })))
    const frozen = await RawClient.connect(broker)
    frozen.freeze()
    expect(await within(broker.broker.close(), 5_000)).toBe(true)
    await Promise.all(clients.map(({ closed }) => closed))
    expect(new Set(broker.disconnects.map(({ reason }) => reason))).toEqual(new Set(['server_stopping']))
    expect(broker.broker.stats()).toMatchObject({ connections: 0, messagesOut: 0 })
    frozen.destroy()
  })
})

describe('authentication', () => {
  it.each([
    [4, 'bad_credentials'],
    [5, 'revoked'],
    [2, 'wrong_client_id'],
  ] as const)('refuses with return code %i', async (returnCode, reason) => {
    await broker.stop()
    broker = await startOurs({ hooks: { authenticate: async () => ({ ok: false, returnCode, reason }) } })
    const client = await RawClient.open(broker)
    client.send(connectPacket({ clientId: 'x', username: 'u', password: Buffer.from('p') }))
    expect((await client.next('connack')).returnCode).toBe(returnCode)
    await client.closed
    expect(broker.refusals).toMatchObject([{ stage: 'connect', reason, clientId: 'x', username: 'u' }])
    expect(JSON.stringify(broker.refusals)).not.toContain('password')
    expect(broker.disconnects).toEqual([])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['answers nonsense', () => 'yes' as never],
  ])('answers 3 when the hook %s', async (_name, authenticate) => {
    await broker.stop()
    broker = await startOurs({ hooks: { authenticate } })
    const client = await RawClient.open(broker)
    client.send(connectPacket())
    expect((await client.next('connack')).returnCode).toBe(3)
  })

  it('keeps the same client id in two organizations apart', async () => {
    await broker.stop()
    broker = await startOurs({
      hooks: {
        authenticate: ({ clientId, username = '' }) => ({
          ok: true,
          principal: username,
          sessionId: `${username}/d/${clientId}`,
        }),
        authorizePublish: ({ principal }, topic) => topic.startsWith(`${principal}/`),
        authorizeSubscribe: ({ principal }, filter) => filter.startsWith(`${principal}/`),
      },
    })
    const connect = (username: string) =>
      RawClient.connect(broker, { clientId: 'pump', username, clean: false })
    const a = await connect('a')
    await a.subscribe({ topic: 'a/t', qos: 1 })
    const b = await connect('b')
    expect((await b.subscribe({ topic: 'a/t', qos: 1 }, { topic: 'b/t', qos: 1 }))[0]).toBe(128)
    b.publish('b/t', 'x', 1, 1)
    await b.next('publish')
    a.send({ cmd: 'pingreq' })
    await a.next('pingresp')
    expect(a.messages()).toEqual([])
    expect([...broker.broker.clients()].map(({ sessionId }) => sessionId).sort()).toEqual([
      'a/d/pump',
      'b/d/pump',
    ])
  })
})

describe('onPublish', () => {
  it('decides before PUBACK, PUBREC and delivery, and order is kept', async () => {
    const decisions: ((decision: PublishDecision) => void)[] = []
    await broker.stop()
    broker = await startOurs({
      hooks: {
        onPublish: (_client, { qos }) =>
          qos > 0 ? new Promise((resolve) => decisions.push(resolve)) : 'forward',
      },
    })
    const client = await RawClient.connect(broker)
    await client.subscribe({ topic: 'x', qos: 0 })
    client.publish('x', 'first', 1, 1)
    client.publish('x', 'second', 2, 2)
    client.publish('x', 'dropped', 1, 3)
    client.publish('x', 'last', 0)
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    expect(client.received).toEqual([])
    decisions[2]?.('drop')
    decisions[1]?.('forward')
    decisions[0]?.('forward')
    await client.until(() => client.messages().includes('last'), 'the last message')
    expect(client.messages()).toEqual(['first', 'second', 'last'])
    const answers = client.received.filter(({ cmd }) => cmd !== 'publish')
    expect(answers).toMatchObject([
      { cmd: 'puback', messageId: 1 },
      { cmd: 'pubrec', messageId: 2 },
      { cmd: 'puback', messageId: 3 },
    ])
  })

  it('answers no message of an earlier connection before CONNACK', async () => {
    let decide = (_decision: PublishDecision) => {}
    let connects = 0
    await broker.stop()
    broker = await startOurs({
      hooks: {
        // The second CONNECT takes over; the first one's message is decided before its CONNACK.
        authenticate: ({ clientId }) => {
          if (++connects === 2) queueMicrotask(() => decide('forward'))
          return { ok: true, principal: '', sessionId: clientId }
        },
        onPublish: () => new Promise((resolve) => (decide = resolve)),
      },
    })
    const session = { clientId: 'moved', clean: false }
    const first = await RawClient.connect(broker, session)
    first.publish('x', 'once', 2, 7)
    first.send({ cmd: 'pingreq' })
    await first.next('pingresp')
    const second = await RawClient.open(broker)
    second.send(connectPacket(session))
    await second.until(() => second.received.length > 0, 'an answer')
    expect(second.received[0]).toMatchObject({ cmd: 'connack', sessionPresent: true })
    second.send({
      cmd: 'publish',
      topic: 'x',
      payload: 'once',
      qos: 2,
      messageId: 7,
      dup: true,
      retain: false,
    })
    expect(await second.next('pubrec')).toMatchObject({ messageId: 7 })
    expect(broker.broker.stats().messagesIn).toBe(1)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['answers nonsense', () => 'maybe' as never],
    ['hangs', () => new Promise<never>(() => {})],
  ])('costs only its own client when it %s', async (_name, fail) => {
    await broker.stop()
    broker = await startOurs({
      hooks: { onPublish: (_client, { topic }) => (topic === 'bad' ? fail() : 'forward') },
      limits: { publishTimeoutMs: 100 },
    })
    const other = await RawClient.connect(broker)
    const client = await RawClient.connect(broker)
    client.publish('bad', 'x', 1, 1)
    await client.closed
    expect(client.received).toEqual([])
    expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['undecided'])
    other.publish('good', 'x', 1, 1)
    await other.next('puback')
  })
})

it.each<[Via, boolean]>([
  ['tcp', true],
  ['tcp', false],
  ['ws', true],
  ['ws', false],
])('answers a repeated filter in full, whatever comes right behind it (%s, clean %s)', async (via, clean) => {
  const client = await RawClient.open(broker, via)
  const subscriptions = [
    { topic: 'a/+', qos: 0 } as const,
    { topic: 'a/+', qos: 2 } as const,
    { topic: 'b', qos: 1 } as const,
  ]
  client.send(
    connectPacket({ clean }),
    { cmd: 'subscribe', messageId: 4, subscriptions },
    { cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['c'] },
    { cmd: 'subscribe', messageId: 5, subscriptions: [{ topic: 'd', qos: 1 }] },
  )
  expect(await client.next('suback')).toMatchObject({ messageId: 4, granted: [0, 2, 1] })
  expect(await client.next('suback')).toMatchObject({ messageId: 5, granted: [1] })
})

it('does not take a new connection for a stuck one, though its first bytes are not sent yet', async () => {
  // Takes nothing at all.
  const stream = new Duplex({ read() {}, write() {} })
  broker.broker.handleTcp(stream as Socket)
  const connected = new Promise<void>((resolve) => broker.broker.events.once('connected', () => resolve()))
  stream.push(mqttPacket.generate(connectPacket({ clientId: 'unsent' })))
  await connected
  const clock = await RawClient.connect(broker, { keepalive: 1 })
  await clock.closed
  expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['keep_alive'])
  expect([...broker.broker.clients()]).toMatchObject([{ clientId: 'unsent' }])
})

it('re-checks subscriptions when the principal changes', async () => {
  let allowed = true
  await broker.stop()
  broker = await startOurs({ hooks: { authorizeSubscribe: () => allowed } })
  const client = await RawClient.connect(broker, { clientId: 'c' })
  await client.subscribe({ topic: 'x', qos: 0 })
  allowed = false
  expect(broker.broker.setPrincipal('c', 'less')).toBe(true)
  expect(broker.broker.stats().subscriptions).toBe(0)
  expect([...broker.broker.clients()]).toMatchObject([{ principal: 'less' }])
})
