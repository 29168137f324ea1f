import type { IConnectPacket, ISubscribePacket, ISubscription } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { type OursOptions, type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient, type Via } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs({ limits: { maxFiltersPerSession: 4 } })
})

afterEach(() => broker.stop())

async function restart(options: OursOptions): Promise<void> {
  await broker.stop()
  broker = await startOurs(options)
}

const connect = (options = {}, via: Via = 'tcp') =>
  RawClient.connect(broker, connectPacket({ protocolVersion: 5, ...options }), via)

type Asked = Partial<ISubscription> & { topic: string }

async function subscribe(client: RawClient, asked: Asked[], properties: ISubscribePacket['properties'] = {}) {
  const subscriptions = asked.map((subscription) => ({ qos: 0 as const, ...subscription }))
  client.send({ cmd: 'subscribe', messageId: 9, subscriptions, properties })
  const suback = await client.next('suback')
  expect(suback.messageId).toBe(9)
  return suback
}

async function unsubscribe(client: RawClient, unsubscriptions: string[]) {
  client.send({ cmd: 'unsubscribe', messageId: 10, unsubscriptions })
  const unsuback = await client.next('unsuback')
  expect(unsuback.messageId).toBe(10)
  return unsuback
}

/** The payloads of a 3.1.1 client until `end`, each with its retain flag. */
async function heard(client: RawClient): Promise<string[]> {
  await client.until(() => client.messages().includes('end'), 'the end')
  return client.received.flatMap((packet) =>
    packet.cmd === 'publish' && String(packet.payload) !== 'end'
      ? [`${packet.payload}${packet.retain ? ' retained' : ''}`]
      : [],
  )
}

describe.each<Via>(['tcp', 'ws'])('over %s', (via) => {
  it('each filter gets its code, and the first that is refused its reason', async () => {
    const client = await connect({}, via)
    const suback = await subscribe(client, [
      { topic: 'a', qos: 2 },
      { topic: 'secret/x', qos: 1 },
      { topic: '$share//bad', qos: 1 },
      { topic: '$SYS/#', qos: 1 },
      { topic: 'b', qos: 1 },
      { topic: 'c' },
      { topic: 'd' },
      { topic: 'e' },
    ])
    expect(suback.granted).toEqual([2, 0x87, 0x8f, 0x87, 1, 0, 0, 0x97])
    expect(suback.properties).toEqual({ reasonString: 'secret/x: not authorized' })
  })
})

describe('SUBACK and UNSUBACK', () => {
  it('say whether there was a subscription [MQTT-3.11.3-2]', async () => {
    const client = await connect()
    await subscribe(client, [{ topic: 'a' }, { topic: 'b' }])
    expect((await unsubscribe(client, ['a', 'never', 'a', 'b'])).granted).toEqual([0, 0x11, 0x11, 0])
  })

  it('give no reason to a client that wants no problem information [MQTT-3.1.2-29]', async () => {
    const client = await connect({ properties: { requestProblemInformation: false } })
    const suback = await subscribe(client, [{ topic: 'secret' }])
    expect([suback.granted, suback.properties]).toEqual([[0x87], undefined])
  })

  it('have no codes of MQTT 5 for a client of MQTT 3.1.1', async () => {
    const client = await RawClient.connect(broker)
    const asked = ['a', 'secret', '$share//bad', '$SYS/#'].map((topic) => ({ topic, qos: 1 as const }))
    expect(await client.subscribe(...asked)).toEqual([1, 0x80, 0x80, 0x80])
    client.send({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['a', 'never'] })
    await client.next('unsuback')
    expect(client.firstBytes.slice(-4)).toEqual([0xb0, 2, 0, 1])
  })

  it.each([
    ['a filter that is none', 0x8f, [{ topic: 'a/#/b', qos: 0 as const }]],
    [
      'no local for a shared subscription [MQTT-3.8.3-4]',
      0x82,
      [{ topic: '$share/g/a', qos: 0 as const, nl: true }],
    ],
  ])('%s ends the connection', async (_what, reasonCode, subscriptions) => {
    const client = await connect()
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    expect(await client.next('disconnect')).toMatchObject({ reasonCode })
    await client.closed
  })

  it.each([
    ['QoS 3', [0x82, 7, 0, 1, 0, 0, 1, 97, 3], 0x82],
    ['retain handling 3', [0x82, 7, 0, 1, 0, 0, 1, 97, 0x30], 0x82],
    ['reserved options', [0x82, 7, 0, 1, 0, 0, 1, 97, 0x40], 0x81],
    ['packet id 0', [0x82, 7, 0, 0, 0, 0, 1, 97, 0], 0x82],
    ['no filter', [0x82, 3, 0, 1, 0], 0x82],
    ['subscription identifier 0', [0x82, 9, 0, 1, 2, 0x0b, 0, 0, 1, 97, 0], 0x82],
    ['a property of another packet', [0x82, 9, 0, 1, 2, 0x17, 1, 0, 1, 97, 0], 0x81],
    ['AUTH', [0xf0, 0], 0x82],
    ['a second CONNECT', [0x10, 13, 0, 4, 77, 81, 84, 84, 5, 2, 0, 0, 0, 0, 0], 0x82],
    ['flags of PINGREQ', [0xc1, 0], 0x81],
  ])('%s ends the connection', async (_what, bytes, reasonCode) => {
    const client = await connect()
    client.write(bytes)
    expect(await client.next('disconnect')).toMatchObject({ reasonCode })
    await client.closed
    expect(broker.disconnects).toMatchObject([{ reason: 'malformed' }])
  })
})

describe('a subscription', () => {
  it('gets retained messages always, when it is new, or never [MQTT-3.3.1-9 to -11]', async () => {
    await broker.broker.publish({ topic: 'r', payload: 'kept', retain: true })
    const counts: Record<number, number[]> = {}
    for (const rh of [0, 1, 2]) {
      const client = await connect()
      const seen: number[] = []
      for (const _ of [1, 2]) {
        await subscribe(client, [{ topic: 'r', rh }])
        client.send({ cmd: 'pingreq' })
        await client.next('pingresp')
        await broker.broker.publish({ topic: 'r', payload: 'mark' })
        await client.until(() => client.messages().includes('mark'), 'the mark')
        seen.push(client.messages().filter((text) => text === 'kept').length)
        client.received.splice(0)
      }
      counts[rh] = seen
    }
    expect(counts).toEqual({ 0: [1, 1], 1: [1, 0], 2: [0, 0] })
  })

  it('keeps its options over a restart, and changes them when it is made again', async () => {
    const persistence = new MemoryPersistence()
    await restart({ persistence })
    const stay = { clientId: 'stays', clean: false, properties: { sessionExpiryInterval: 100 } }
    const first = await connect(stay)
    const options = { nl: true, rap: true, qos: 1 as const }
    await subscribe(
      first,
      [
        { topic: 'a', ...options },
        { topic: 'b', ...options },
      ],
      { subscriptionIdentifier: 300 },
    )
    await subscribe(first, [{ topic: 'b', rap: true }])
    first.send({ cmd: 'disconnect' })
    await first.closed
    const seen: unknown[] = []
    await persistence.load({
      session: ({ subscriptions }) => seen.push(...subscriptions),
      entry: () => {},
      retained: () => {},
    })
    expect(seen).toEqual([
      { filter: 'a', qos: 1, noLocal: true, retainAsPublished: true, identifier: 300 },
      { filter: 'b', qos: 0, noLocal: false, retainAsPublished: true, identifier: 0 },
    ])
  })
})

/** Sets bit 7 of the protocol level. */
function asBridge(options: Partial<IConnectPacket>): Partial<IConnectPacket> {
  return { ...options, ...{ bridgeMode: true } }
}

describe('a bridge of MQTT 3', () => {
  it.each([
    [4, 'MQTT'],
    [3, 'MQIsdp'],
  ] as const)(
    'of level 0x8%i gets no message of its own back, and keeps the retain flag',
    async (protocolVersion, protocolId) => {
      const bridge = await RawClient.connect(broker, asBridge({ protocolVersion, protocolId }))
      const plain = await RawClient.connect(broker)
      await bridge.subscribe({ topic: 'x', qos: 1 })
      await plain.subscribe({ topic: 'x', qos: 1 })
      bridge.publish('x', 'of the bridge', 0, 0, true)
      bridge.send({ cmd: 'pingreq' })
      await bridge.next('pingresp')
      plain.publish('x', 'of the client', 0, 0, true)
      plain.publish('x', 'end')
      expect(await heard(plain)).toEqual(['of the bridge', 'of the client'])
      expect(await heard(bridge)).toEqual(['of the client retained'])
    },
  )

  it('has its notifications acknowledged and dropped, and nothing is reported', async () => {
    const topic = '$SYS/broker/connection/plant/state'
    const will = { topic, payload: Buffer.from('0'), qos: 1 as const, retain: true }
    const bridge = await RawClient.connect(broker, asBridge({ will }))
    bridge.publish(topic, '1', 1, 1, true)
    await bridge.next('puback')
    bridge.destroy()
    const plain = await RawClient.connect(broker)
    plain.send({ cmd: 'pingreq' })
    await plain.next('pingresp')
    expect(broker.refusals).toEqual([])
    expect(await broker.broker.retained('#')).toEqual([])
    expect(await broker.broker.retained('$SYS/#')).toEqual([])
  })
})
