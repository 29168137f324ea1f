import mqtt from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient, type Via } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

describe.each<Via>(['tcp', 'ws'])('over %s', (via) => {
  it('delivers with the lower of both QoS, for all nine pairs', async () => {
    const subscriber = await RawClient.connect(broker, {}, via)
    await subscriber.subscribe({ topic: 'q0', qos: 0 }, { topic: 'q1', qos: 1 }, { topic: 'q2', qos: 2 })
    const publisher = await RawClient.connect(broker, {}, via)
    for (const topic of ['q0', 'q1', 'q2']) {
      for (const qos of [0, 1, 2] as const) publisher.publish(topic, `${topic} ${qos}`, qos, 10 + qos)
      await publisher.next('puback')
      await publisher.next('pubrec')
      publisher.send({ cmd: 'pubrel', messageId: 12 })
      await publisher.next('pubcomp')
    }
    await subscriber.until(() => subscriber.messages().length === 9, 'nine messages')
    const seen = subscriber.received.flatMap((p) => (p.cmd === 'publish' ? [`${p.payload} → ${p.qos}`] : []))
    expect(seen).toEqual([
      ...['q0 0 → 0', 'q0 1 → 0', 'q0 2 → 0'],
      ...['q1 0 → 0', 'q1 1 → 1', 'q1 2 → 1'],
      ...['q2 0 → 0', 'q2 1 → 1', 'q2 2 → 2'],
    ])
  })

  it('serves mqtt.js with payloads of any size', async () => {
    const url = via === 'tcp' ? `mqtt://127.0.0.1:${broker.tcpPort}` : `ws://127.0.0.1:${broker.wsPort}/mqtt`
    const client = await mqtt.connectAsync(url)
    await client.subscribeAsync('big/#', { qos: 2 })
    const sizes = [0, 1, 125, 126, 127, 128, 16_383, 65_535, 65_536, 200_000, 1_048_576]
    const seen: number[] = []
    const all = new Promise<void>((resolve) => {
      client.on('message', (_topic, payload) => {
        seen.push(payload.length)
        if (payload.some((byte) => byte !== payload.length % 251)) seen.push(-1)
        if (seen.length === sizes.length) resolve()
      })
    })
    for (const size of sizes)
      await client.publishAsync(`big/${size}`, Buffer.alloc(size, size % 251), { qos: 2 })
    await all
    expect(seen).toEqual(sizes)
    await client.endAsync()
  })

  it('keeps large messages, queued and retained, in whatever pieces they came', async () => {
    const url = via === 'tcp' ? `mqtt://127.0.0.1:${broker.tcpPort}` : `ws://127.0.0.1:${broker.wsPort}/mqtt`
    const away = { clientId: `away-${via}`, clean: false }
    const first = await mqtt.connectAsync(url, away)
    await first.subscribeAsync(`kept-${via}/+`, { qos: 1 })
    await first.endAsync()
    const sizes = [20_000, 65_000, 131_072, 300_001, 1_048_576]
    const payloads = sizes.map((size) =>
      Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + size) & 255)),
    )
    const publisher = await mqtt.connectAsync(url)
    // All at once, so that packets and reads do not coincide.
    await Promise.all(
      payloads.map((payload, i) =>
        publisher.publishAsync(`kept-${via}/${i}`, payload, { qos: 1, retain: true }),
      ),
    )
    await publisher.endAsync()
    for (const options of [away, { clientId: `new-${via}`, clean: true }]) {
      const client = mqtt.connect(url, options)
      const seen = new Map<string, Buffer>()
      const all = new Promise<void>((resolve) => {
        client.on('message', (topic, payload) => {
          if (seen.set(topic, payload).size === payloads.length) resolve()
        })
      })
      if (options.clean) await client.subscribeAsync(`kept-${via}/+`, { qos: 1 })
      await all
      for (const [i, payload] of payloads.entries())
        expect(seen.get(`kept-${via}/${i}`)?.equals(payload)).toBe(true)
      await client.endAsync()
    }
  })
})

describe('a stored session', () => {
  const stored = { clientId: 'stored', clean: false }

  it('is present on return, also without a subscription [MQTT-3.2.2-2]', async () => {
    const connect = async () => {
      const client = await RawClient.open(broker)
      client.send({ ...stored, cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, keepalive: 0 })
      const { sessionPresent } = await client.next('connack')
      client.send({ cmd: 'disconnect' })
      await client.closed
      return sessionPresent
    }
    expect([await connect(), await connect()]).toEqual([false, true])
  })

  it('keeps QoS 1 and 2 messages in order, and sends unacknowledged ones again with DUP', async () => {
    const first = await RawClient.connect(broker, stored)
    await first.subscribe({ topic: 'k', qos: 2 })
    const publisher = await RawClient.connect(broker)
    publisher.publish('k', 'in flight', 1, 1)
    const { messageId } = await first.next('publish')
    first.destroy()
    await new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))
    publisher.publish('k', 'queued 2', 2, 2)
    publisher.publish('k', 'not kept', 0)
    publisher.publish('k', 'queued 1', 1, 3)
    await publisher.next('puback')
    await publisher.until(
      () => publisher.received.filter(({ cmd }) => cmd === 'puback').length === 1,
      'PUBACK',
    )
    const again = await RawClient.connect(broker, stored)
    await again.until(() => again.messages().length === 3, 'three messages')
    expect(again.messages()).toEqual(['in flight', 'queued 2', 'queued 1'])
    expect(again.received[0]).toMatchObject({ messageId, dup: true, qos: 1 })
    expect(again.received[1]).toMatchObject({ dup: false, qos: 2 })
  })

  it('is discarded by a clean CONNECT', async () => {
    const first = await RawClient.connect(broker, stored)
    await first.subscribe({ topic: 'k', qos: 1 })
    first.destroy()
    await RawClient.connect(broker, { ...stored, clean: true }).then((client) => client.destroy())
    expect(broker.broker.stats().subscriptions).toBe(0)
  })

  it('is authorized again when it is resumed, queued messages included', async () => {
    let allowed = true
    await broker.stop()
    broker = await startOurs({
      hooks: { authorizeSubscribe: (_client, filter) => allowed || filter === 'open' },
    })
    const first = await RawClient.connect(broker, stored)
    await first.subscribe({ topic: 'later-denied', qos: 1 }, { topic: 'open', qos: 1 })
    first.send({ cmd: 'disconnect' })
    await first.closed
    await broker.broker.publish({ topic: 'later-denied', payload: 'x', qos: 1 })
    await broker.broker.publish({ topic: 'open', payload: 'y', qos: 1 })
    allowed = false
    const again = await RawClient.connect(broker, stored)
    await broker.broker.publish({ topic: 'later-denied', payload: 'x', qos: 1 })
    await broker.broker.publish({ topic: 'open', payload: 'z', qos: 1 })
    await again.until(() => again.messages('open').length === 2, 'both')
    expect(again.messages()).toEqual(['y', 'z'])
    expect(broker.refusals).toMatchObject([{ stage: 'subscribe', topic: 'later-denied' }])
  })

  it('can be forgotten', async () => {
    const first = await RawClient.connect(broker, stored)
    await first.subscribe({ topic: 'k', qos: 1 })
    first.send({ cmd: 'disconnect' })
    await first.closed
    expect(await broker.broker.forgetSessions((id) => id === 'stored')).toBe(1)
    expect(broker.broker.stats()).toMatchObject({ sessions: 0, subscriptions: 0 })
  })
})

it('publishes a QoS 2 message once, however often it is sent', async () => {
  const subscriber = await RawClient.connect(broker)
  await subscriber.subscribe({ topic: 'x', qos: 0 })
  const publisher = await RawClient.connect(broker, { clientId: 'p', clean: false })
  publisher.publish('x', 'once', 2, 7)
  await publisher.next('pubrec')
  publisher.destroy()
  const again = await RawClient.connect(broker, { clientId: 'p', clean: false })
  again.send({ cmd: 'publish', topic: 'x', payload: 'once', qos: 2, messageId: 7, dup: true, retain: false })
  await again.next('pubrec')
  again.send({ cmd: 'pubrel', messageId: 7 })
  await again.next('pubcomp')
  again.publish('x', 'end', 1, 8)
  await subscriber.until(() => subscriber.messages().includes('end'), 'the end')
  expect(subscriber.messages()).toEqual(['once', 'end'])
})

it('retains the last message of a topic, and forgets it by an empty one', async () => {
  const publisher = await RawClient.connect(broker)
  publisher.publish('r/1', 'old', 1, 1, true)
  publisher.publish('r/1', 'new', 1, 2, true)
  publisher.publish('r/2', 'gone', 1, 3, true)
  publisher.publish('r/2', '', 1, 4, true)
  publisher.publish('$own', 'hidden', 1, 5, true)
  await publisher.until(() => publisher.received.length === 5, 'all PUBACKs')
  const subscriber = await RawClient.connect(broker)
  await subscriber.subscribe({ topic: '#', qos: 1 })
  const message = await subscriber.next('publish')
  expect({
    topic: message.topic,
    payload: String(message.payload),
    retain: message.retain,
    qos: message.qos,
  }).toEqual({
    topic: 'r/1',
    payload: 'new',
    retain: true,
    qos: 1,
  })
  expect(await broker.broker.retained('r/+')).toEqual([{ topic: 'r/1', payload: Buffer.from('new') }])
})

describe('the owner of a stored session', () => {
  const persistence = new MemoryPersistence()
  const owned = { clientId: 'shared-id', clean: false }

  async function start(maxStoredSessionsPerOwner = 100): Promise<void> {
    await broker.stop()
    broker = await startOurs({
      persistence,
      limits: { maxStoredSessionsPerOwner },
      hooks: {
        authenticate: ({ clientId, username = '' }) => ({
          ...{ ok: true, principal: clientId, sessionId: clientId, owner: username },
        }),
      },
    })
  }

  async function leave(clientId: string, username: string): Promise<void> {
    const client = await RawClient.connect(broker, { clientId, username, clean: false })
    await client.subscribe({ topic: 'x', qos: 1 })
    const gone = new Promise((resolve) => broker.broker.events.once('disconnected', resolve))
    client.send({ cmd: 'disconnect' })
    await gone
  }

  it('alone resumes it, after a restart too', async () => {
    await start()
    await leave('shared-id', 'ann')
    await broker.broker.publish({ topic: 'x', payload: 'for ann', qos: 1 })
    await start()
    const ann = await RawClient.connect(broker, { ...owned, username: 'ann' })
    await ann.until(() => ann.messages().length === 1, 'what waited')
    await leave('shared-id', 'bob')
    expect(broker.disconnects).toMatchObject([{ reason: 'taken_over' }, { reason: 'client' }])
    const back = await RawClient.open(broker)
    back.send({ cmd: 'connect', protocolId: 'MQTT', ...owned, username: 'ann', keepalive: 0 })
    expect(await back.next('connack')).toMatchObject({ sessionPresent: false })
    expect(broker.broker.stats()).toMatchObject({ sessions: 1, subscriptions: 0 })
  })

  it('has a limited number: the one that is offline longest is forgotten, and none of other owners', async () => {
    await start(2)
    await leave('of bob', 'bob')
    for (const clientId of ['first', 'second', 'third']) await leave(clientId, 'ann')
    await start(2)
    const present: string[] = []
    await broker.broker.forgetSessions((sessionId) => {
      present.push(sessionId)
      return true
    })
    expect(present.filter((id) => id !== 'shared-id').sort()).toEqual(['of bob', 'second', 'third'])
  })
})
