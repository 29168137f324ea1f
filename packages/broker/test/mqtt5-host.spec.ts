import type { IConnectPacket } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PublishDecision } from '../src/interface/hooks.js'
import { ReasonCode } from '../src/interface/reason-code.js'
import type { PublishedMessage } from '../src/interface/types.js'
import { type OursOptions, type RunningOurs, startOurs } from './support/brokers.js'
import { publish, settle, subscribe } from './support/publishing.js'
import { connectPacket, RawClient } from './support/raw-client.js'

let broker: RunningOurs
/** What the host answers for a message, by its payload; others are forwarded. */
const decisions = new Map<string, PublishDecision>()
const seen: PublishedMessage[] = []

const options: OursOptions = {
  hooks: {
    onPublish: (_client, message) => {
      seen.push(message)
      if (message.topic === 'noted') message.annotate('by', 'host')
      return decisions.get(String(message.payload)) ?? 'forward'
    },
  },
}

beforeEach(async () => {
  decisions.clear()
  seen.length = 0
  broker = await startOurs(options)
})
afterEach(() => broker.stop())

const connect = (given: Partial<IConnectPacket> = {}) =>
  RawClient.connect(broker, connectPacket({ protocolVersion: 5, ...given }))

describe('reason codes of PUBACK and PUBREC', () => {
  it('say why the host refuses, with its text unless the client wants none', async () => {
    decisions.set('bad', {
      decision: 'refuse',
      code: ReasonCode.payloadFormatInvalid,
      reasonString: 'no number',
    })
    decisions.set('full', { decision: 'drop', code: ReasonCode.quotaExceeded })
    decisions.set('dropped', 'drop')
    decisions.set('refused', 'refuse')
    const [told, quiet] = [
      await connect(),
      await connect({ properties: { requestProblemInformation: false } }),
    ]
    const answer = async (client: RawClient, payload: string) => {
      publish(client, { topic: 't', payload })
      const { reasonCode = 0, properties } = await client.next('puback')
      return [reasonCode, properties?.reasonString]
    }
    expect(await answer(told, 'bad')).toEqual([0x99, 'no number'])
    expect(await answer(quiet, 'bad')).toEqual([0x99, undefined])
    expect(await answer(told, 'full')).toEqual([0x97, undefined])
    expect(await answer(told, 'dropped')).toEqual([0, undefined])
    expect(await answer(told, 'refused')).toEqual([0x83, undefined])
    expect(await answer(told, 'good')).toEqual([0, undefined])
    const old = await connect({ protocolVersion: 4 })
    publish(old, { topic: 't', payload: 'bad' })
    expect((await old.next('puback')).reasonCode).toBeUndefined()
  })

  it('0x87 for a topic that is denied, and the packet id of a refused QoS 2 message is free again', async () => {
    const client = await connect()
    await subscribe(client, { topic: 'open' })
    publish(client, { topic: 'secret/x', qos: 2 })
    expect(await client.next('pubrec')).toMatchObject({ reasonCode: 0x87, messageId: 1 })
    publish(client, { topic: 'open', qos: 2 })
    expect((await client.next('pubrec')).reasonCode ?? 0).toBe(0)
    expect((await client.next('publish')).topic).toBe('open')
    client.send({ cmd: 'pubrel', messageId: 1 })
    expect((await client.next('pubcomp')).reasonCode ?? 0).toBe(0)
    client.send({ cmd: 'pubrel', messageId: 1 })
    expect((await client.next('pubcomp')).reasonCode).toBe(0x92)
  })

  it('0x99 for a payload that is not the text it says it is, and the host is not asked', async () => {
    const client = await connect()
    await subscribe(client, { topic: 'text' })
    const text = { payloadFormatIndicator: true }
    const payload = Buffer.from([0xc3, 0x28])
    publish(client, { topic: 'text', payload, properties: text })
    expect((await client.next('puback')).reasonCode).toBe(0x99)
    publish(client, { topic: 'text', payload, qos: 0, properties: text })
    publish(client, { topic: 'text', payload: 'ü', qos: 0, properties: text })
    expect(String((await client.next('publish')).payload)).toBe('ü')
    expect(seen.map(({ properties, payload }) => [properties?.isText, String(payload)])).toEqual([
      [true, 'ü'],
    ])
    expect(broker.refusals).toMatchObject([{ stage: 'publish', reason: 'malformed', topic: 'text' }])
  })

  it('a PUBREC for an id that is not in use is answered as unknown', async () => {
    const client = await connect()
    client.send({ cmd: 'pubrec', messageId: 77 })
    expect(await client.next('pubrel')).toMatchObject({ messageId: 77, reasonCode: 0x92 })
  })
})

describe('the host', () => {
  it('reads the properties, and adds its own behind those of the client', async () => {
    const [sender, five, old] = [await connect(), await connect(), await connect({ protocolVersion: 4 })]
    await subscribe(five, { topic: 'noted' })
    await old.subscribe({ topic: 'noted', qos: 1 })
    publish(sender, { topic: 'noted', properties: { userProperties: { by: 'client' } } })
    publish(sender, { topic: 'noted', qos: 0 })
    const [both, one] = [await five.next('publish'), await five.next('publish')]
    expect(both.properties?.userProperties).toEqual({ by: ['client', 'host'] })
    expect(one.properties?.userProperties).toEqual({ by: 'host' })
    await settle(old)
    expect(old.messages()).toEqual(['x', 'x'])
    expect(seen.map(({ properties }) => properties?.userProperties)).toEqual([
      [
        ['by', 'client'],
        ['by', 'host'],
      ],
      [['by', 'host']],
    ])
    expect(() => seen[0]?.annotate('too', 'late')).toThrow('before it is decided')
  })

  it('cannot add what MQTT cannot carry', async () => {
    const sender = await connect()
    const problems: unknown[] = []
    await broker.stop()
    broker = await startOurs({
      hooks: {
        onPublish: (_client, message) => {
          for (const [name, value] of [
            ['nul', '\u0000'],
            ['half', '\ud800'],
            ['long', 'l'.repeat(70_000)],
            ['much', 'm'.repeat(20_000)],
          ] as const)
            try {
              message.annotate(name, value)
            } catch (error) {
              problems.push((error as Error).name)
            }
          return 'forward'
        },
      },
    })
    sender.destroy()
    const client = await connect()
    publish(client, { topic: 't' })
    await client.next('puback')
    expect(problems).toEqual(['TypeError', 'TypeError', 'TypeError', 'RangeError'])
  })
})
