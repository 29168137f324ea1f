import type { IConnectPacket } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ReasonCode } from '../src/interface/reason-code.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { publish, publishes, settle, subscribe } from './support/publishing.js'
import { connectPacket, RawClient, type Via } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs({ limits: { maxInflight: 10 } })
})
afterEach(() => broker.stop())

const connect = (given: Partial<IConnectPacket> = {}, via: Via = 'tcp') =>
  RawClient.connect(broker, connectPacket({ protocolVersion: 5, ...given }), via)

const properties = {
  payloadFormatIndicator: true,
  messageExpiryInterval: 3_600,
  contentType: 'text/plain',
  responseTopic: 'answers/1',
  correlationData: Buffer.from([0, 255]),
  userProperties: { unit: '°C', place: ['roof', 'cellar'] },
}

describe.each<Via>(['tcp', 'ws'])('a message over %s', (via) => {
  it('carries its properties from one client of MQTT 5 to another, and 3.1.1 gets it without them', async () => {
    const [sender, five, old] = [
      await connect({}, via),
      await connect({}, via),
      await connect({ protocolVersion: 4 }, via),
    ]
    await subscribe(five, { topic: 'p/#' })
    await old.subscribe({ topic: 'p/#', qos: 1 })
    publish(sender, { topic: 'p/5', payload: 'from 5', properties })
    expect(await sender.next('puback')).toMatchObject({ messageId: 1 })
    expect(await five.next('publish')).toMatchObject({
      topic: 'p/5',
      payload: Buffer.from('from 5'),
      properties,
    })
    const plain = await old.next('publish')
    expect([plain.topic, String(plain.payload), plain.properties]).toEqual(['p/5', 'from 5', undefined])
    publish(old, { topic: 'p/4', payload: 'from 3.1.1' })
    const answer = await five.next('publish')
    expect([answer.topic, String(answer.payload), answer.properties]).toEqual([
      'p/4',
      'from 3.1.1',
      undefined,
    ])
  })

  it('of QoS 2 goes to clients of both versions once', async () => {
    const [sender, five, old] = [
      await connect({}, via),
      await connect({}, via),
      await connect({ protocolVersion: 4 }, via),
    ]
    for (const client of [five, old]) {
      client.acknowledgeAll()
      await subscribe(client, { topic: 'two', qos: 2 })
    }
    publish(sender, { topic: 'two', qos: 2, properties })
    await sender.next('pubrec')
    publish(sender, { topic: 'two', qos: 2, dup: true, properties })
    await sender.next('pubrec')
    sender.send({ cmd: 'pubrel', messageId: 1 })
    await sender.next('pubcomp')
    await settle(five, old)
    expect([publishes(five), publishes(old)].map((packets) => packets.map(({ qos }) => qos))).toEqual([
      [2],
      [2],
    ])
  })
})

describe('subscription options', () => {
  it('identifiers come with the messages, of all filters that match', async () => {
    const client = await connect()
    await subscribe(client, { topic: 'i/#' }, { subscriptionIdentifier: 268_435_455 })
    await subscribe(client, { topic: 'i/+' }, { subscriptionIdentifier: 3 })
    publish(client, { topic: 'i/a' })
    publish(client, { topic: 'i/b', qos: 0 })
    for (const qos of [1, 0]) {
      const packet = await client.next('publish')
      expect(packet.qos).toBe(qos)
      expect([packet.properties?.subscriptionIdentifier].flat().sort()).toEqual([268_435_455, 3])
    }
  })

  it('No Local keeps a client’s own messages from it, retain as published keeps the flag', async () => {
    const [one, other] = [await connect(), await connect()]
    await subscribe(one, { topic: 'o', nl: true })
    await subscribe(other, { topic: 'o', rap: true })
    publish(one, { topic: 'o', payload: 'one', retain: true })
    publish(other, { topic: 'o', payload: 'other' })
    await Promise.all([one.next('puback'), other.next('puback')])
    await settle(one, other)
    expect(one.messages()).toEqual(['other'])
    expect(publishes(other).map(({ payload, retain }) => [String(payload), retain])).toEqual([
      ['one', true],
      ['other', false],
    ])
  })

  it('a member of a shared subscription gets its own identifier', async () => {
    const members = [await connect(), await connect()]
    for (const [i, member] of members.entries())
      await subscribe(member, { topic: '$share/g/s' }, { subscriptionIdentifier: i + 1 })
    const sender = await connect()
    for (let i = 0; i < 4; i++) publish(sender, { topic: 's', qos: 0 })
    await settle(sender, ...members)
    for (const [i, member] of members.entries())
      expect(publishes(member).map(({ properties }) => properties?.subscriptionIdentifier)).toEqual([
        i + 1,
        i + 1,
      ])
  })
})

describe('a retained message', () => {
  it('keeps its properties for those who subscribe later', async () => {
    const sender = await connect()
    publish(sender, { topic: 'r', retain: true, properties })
    await sender.next('puback')
    const [five, old] = [await connect(), await connect({ protocolVersion: 4 })]
    await subscribe(five, { topic: 'r' }, { subscriptionIdentifier: 5 })
    await old.subscribe({ topic: 'r', qos: 1 })
    const packet = await five.next('publish')
    const { messageExpiryInterval = 0, ...others } = packet.properties ?? {}
    expect(others).toEqual({ ...properties, messageExpiryInterval: undefined, subscriptionIdentifier: 5 })
    expect(messageExpiryInterval).toBeLessThanOrEqual(3_600)
    expect(messageExpiryInterval).toBeGreaterThan(3_000)
    expect((await old.next('publish')).retain).toBe(true)
  })

  it('that has expired is sent to nobody', async () => {
    const sender = await connect()
    publish(sender, { topic: 'e/gone', retain: true, properties: { messageExpiryInterval: 0 } })
    publish(sender, { topic: 'e/there', retain: true, properties: { messageExpiryInterval: 3_600 } })
    await sender.next('puback')
    await sender.next('puback')
    const late = await connect()
    await subscribe(late, { topic: 'e/#' })
    await settle(late)
    expect(publishes(late).map(({ topic }) => topic)).toEqual(['e/there'])
    expect((await broker.broker.retained('e/#')).map(({ topic }) => topic)).toEqual(['e/there'])
  })
})

describe('a client’s limits', () => {
  it('Receive Maximum: as many are unacknowledged at most, also after a reconnect', async () => {
    const away = {
      clientId: 'slow',
      clean: false,
      properties: { sessionExpiryInterval: 100, receiveMaximum: 3 },
    }
    const first = await connect(away)
    await subscribe(first, { topic: 'm' })
    const sender = await connect()
    for (let i = 1; i <= 6; i++) publish(sender, { topic: 'm', payload: `${i}`, messageId: i })
    await sender.until(() => sender.count('puback') === 6, 'all acknowledged')
    await settle(first)
    expect(first.messages()).toEqual(['1', '2', '3'])
    first.send({ cmd: 'puback', messageId: publishes(first)[0]?.messageId as number })
    await settle(first)
    expect(first.messages()).toEqual(['1', '2', '3', '4'])
    first.destroy()
    const again = await connect({ ...away, properties: { sessionExpiryInterval: 100, receiveMaximum: 2 } })
    await settle(again)
    expect(publishes(again).map(({ payload, dup }) => [String(payload), dup])).toEqual([
      ['2', true],
      ['3', true],
    ])
    again.acknowledgeAll()
    for (const { messageId } of publishes(again))
      again.send({ cmd: 'puback', messageId: messageId as number })
    await again.until(() => again.messages().length === 5, 'the others')
    expect(again.messages()).toEqual(['2', '3', '4', '5', '6'])
  })

  it('Maximum Packet Size: what is larger is dropped and counted, and nothing waits behind it', async () => {
    const small = await connect({ properties: { maximumPacketSize: 100 } })
    small.acknowledgeAll()
    await subscribe(small, { topic: 'z/#', qos: 2 })
    const sender = await connect()
    for (const [i, qos] of ([0, 1, 2] as const).entries()) {
      publish(sender, { topic: 'z/large', payload: 'l'.repeat(200), qos, messageId: i + 1 })
      publish(sender, { topic: 'z/props', properties: { contentType: 'c'.repeat(90) }, qos: 0 })
      publish(sender, { topic: 'z/small', payload: `${qos}`, qos, messageId: i + 4 })
    }
    await small.until(() => small.messages().length === 3, 'three small ones')
    expect(small.messages()).toEqual(['0', '1', '2'])
    expect(broker.broker.stats().dropped).toMatchObject({ tooLarge: 6, slowConsumer: 0, queueFull: 0 })
  })

  it('Topic Alias Maximum: the topic is left out from its second message on', async () => {
    const client = await connect({ properties: { topicAliasMaximum: 1 } })
    await subscribe(client, { topic: 'long/#' })
    for (let i = 1; i <= 3; i++) publish(client, { topic: 'long/topic', payload: `${i}`, messageId: i })
    publish(client, { topic: 'long/other', messageId: 4 })
    await settle(client)
    expect(publishes(client).map(({ topic, properties }) => [topic, properties?.topicAlias])).toEqual([
      ['long/topic', 1],
      ['', 1],
      ['', 1],
      ['long/other', undefined],
    ])
  })
})

describe('topic aliases of a publisher', () => {
  it('name its topic, and are not passed on', async () => {
    const [sender, receiver] = [await connect(), await connect()]
    await subscribe(receiver, { topic: '#', qos: 2 })
    publish(sender, { topic: 'alias/a', payload: '1', properties: { topicAlias: 64 } })
    publish(sender, { topic: '', payload: '2', properties: { topicAlias: 64, contentType: 'c' } })
    publish(sender, { topic: 'alias/b', payload: '3', qos: 0, properties: { topicAlias: 64 } })
    publish(sender, { topic: '', payload: '4', qos: 0, properties: { topicAlias: 64 } })
    await settle(sender, receiver)
    expect(publishes(receiver).map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
      ...['alias/a 1', 'alias/a 2', 'alias/b 3', 'alias/b 4'],
    ])
    expect(publishes(receiver).map(({ properties }) => properties)).toEqual([
      ...[undefined, { contentType: 'c' }, undefined, undefined],
    ])
  })

  it.each([
    ['was not set', '', 3, ReasonCode.protocolError],
    ['is above the maximum', 'a', 65, ReasonCode.topicAliasInvalid],
    ['is 0', 'a', 0, ReasonCode.topicAliasInvalid],
  ])('one that %s ends the connection', async (_name, topic, topicAlias, code) => {
    const sender = await connect()
    const alias = [0x23, topicAlias >> 8, topicAlias & 255]
    sender.write([0x30, 2 + topic.length + 4, 0, topic.length, ...Buffer.from(topic), 3, ...alias])
    expect((await sender.next('disconnect')).reasonCode).toBe(code)
    await sender.closed
  })
})
