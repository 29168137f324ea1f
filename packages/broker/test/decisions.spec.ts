import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PublishDecision } from '../src/interface/hooks.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient, type Via } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

describe('authentication', () => {
  it.each([
    [4, 'bad_credentials'],
    [5, 'revoked'],
    [2, 'wrong_client_id'],
  ] as const)('refuses with return code %i', async (returnCode, reason) => {
    await broker.stop()
    broker = await startOurs({ hooks: { authenticate: async () => ({ ok: false, reason }) } })
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

  it('lets the host assign a client id to a clean session that has none', async () => {
    await broker.stop()
    let count = 0
    broker = await startOurs({
      hooks: {
        authenticate: ({ clientId }) => {
          const assigned = `device:${++count}`
          const given = clientId === '' ? assigned : clientId
          return { ok: true, principal: '', sessionId: `org/d/${given}`, clientId: assigned }
        },
      },
    })
    const first = await RawClient.connect(broker, { clientId: '' })
    const second = await RawClient.connect(broker, { clientId: '' })
    const named = await RawClient.connect(broker, { clientId: 'named' })
    const clients = [...broker.broker.clients()].map(({ clientId, sessionId }) => ({ clientId, sessionId }))
    expect(clients).toEqual([
      { clientId: 'device:1', sessionId: 'org/d/device:1' },
      { clientId: 'device:2', sessionId: 'org/d/device:2' },
      { clientId: 'named', sessionId: 'org/d/named' },
    ])
    for (const client of [first, second, named]) client.destroy()
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
  it('decides before PUBACK, PUBREC and delivery, and the order is kept', async () => {
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
