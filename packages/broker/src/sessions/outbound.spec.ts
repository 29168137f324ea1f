import { PassThrough } from 'node:stream'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Qos } from '../interface/types.js'
import { Message } from '../messages/message.js'
import { PacketType } from '../packets/encode.js'
import { Grant } from '../routing/grant.js'
import { DeliveryKind } from '../routing/router.js'
import { OutgoingQueue } from '../transport/outgoing-queue.js'
import { Outbound } from './outbound.js'

const limits = {
  maxInflight: 2,
  maxInflightBytes: 1e6,
  maxQueuedMessages: 3,
  maxQueuedBytes: 1e6,
  holdQueuedMessages: 3,
  holdQueuedBytes: 1e6,
  slowConsumerDropBytes: 1e6,
}

let outbound: Outbound
let out: OutgoingQueue
let sent: Packet[]
/** The version as which packets are read. */
let parsed = { protocolVersion: 4 }

beforeEach(() => {
  outbound = new Outbound(limits, { stored: true, writer: null })
  connect()
})

function connect(): void {
  const stream = new PassThrough()
  out = new OutgoingQueue(stream, 'tcp')
  const packets: Packet[] = []
  sent = packets
  parsed = { protocolVersion: 4 }
  const parser = mqttPacket.parser(parsed).on('packet', (packet) => packets.push(packet))
  stream.on('data', (chunk) => parser.parse(chunk))
}

function messageOf(payload: Buffer, qos: Qos): Message {
  return Message.of({ topic: 't', payload, qos, retain: false })
}

function deliver(payload: string, qos: Qos, to: OutgoingQueue | null = out) {
  return outbound.deliver(to, messageOf(Buffer.from(payload), qos), Grant.plain(qos), DeliveryKind.single)
}

async function payloads(version: 4 | 5 = 4): Promise<string[]> {
  parsed.protocolVersion = version
  out.flush()
  await new Promise((resolve) => setImmediate(resolve))
  return sent.flatMap((packet) => (packet.cmd === 'publish' ? [String(packet.payload)] : [packet.cmd]))
}

const drain = () =>
  outbound.drain(
    out,
    () => {},
    () => {},
  )

describe('Outbound', () => {
  it('sends a window, queues the rest in order, QoS 0 too, and continues when acknowledged', async () => {
    expect([deliver('1', 1), deliver('2', 2), deliver('3', 1), deliver('0', 0)]).toEqual([
      ...['sent', 'sent', 'queued', 'queued'],
    ])
    expect(await payloads()).toEqual(['1', '2'])
    expect(outbound.acknowledged(1, PacketType.puback)).toBe(true)
    drain()
    expect(await payloads()).toEqual(['1', '2', '3', '0'])
  })

  it('takes no PUBACK for QoS 2, and no unknown id', () => {
    deliver('2', 2)
    expect(outbound.acknowledged(1, PacketType.puback)).toBe(false)
    expect(outbound.acknowledged(9, PacketType.puback)).toBe(false)
    expect(outbound.inflight).toBe(1)
  })

  it('makes room by the oldest QoS 0, then refuses', async () => {
    deliver('a', 1)
    deliver('b', 1)
    expect([deliver('c', 1), deliver('zero', 0), deliver('d', 1)]).toEqual(['queued', 'queued', 'queued'])
    expect(deliver('e', 1)).toBe('queued')
    expect(deliver('f', 1)).toBe('dropped_full')
    outbound.acknowledged(1, PacketType.puback)
    outbound.acknowledged(2, PacketType.puback)
    drain()
    outbound.acknowledged(3, PacketType.puback)
    outbound.acknowledged(4, PacketType.puback)
    drain()
    expect(await payloads()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('sends messages in flight again, PUBREL after PUBREC, before queued ones', async () => {
    deliver('1', 1)
    deliver('2', 2)
    outbound.received(out, 2)
    deliver('3', 1, null)
    connect()
    outbound.resend(out)
    drain()
    outbound.acknowledged(1, PacketType.puback)
    drain()
    expect(await payloads()).toEqual(['1', 'pubrel', '3'])
    expect(sent[0]).toMatchObject({ dup: true, messageId: 1 })
    expect(sent[2]).toMatchObject({ dup: false, messageId: 3 })
  })

  it('uses no packet id twice at a time', () => {
    const many = new Outbound({ ...limits, maxInflight: 65_535 }, { stored: false, writer: null })
    for (let i = 0; i < 65_535; i++)
      many.deliver(out, messageOf(Buffer.alloc(0), 1), Grant.plain(1), DeliveryKind.single)
    expect(many.inflight).toBe(65_535)
  })

  it('has room for messages of its group while less than 256 are unacknowledged', () => {
    const roomy = new Outbound({ ...limits, maxInflight: 1_024 }, { stored: false, writer: null })
    const message = messageOf(Buffer.alloc(0), 1)
    for (let i = 0; i < 255; i++) roomy.deliver(out, message, Grant.plain(1), DeliveryKind.single)
    expect(roomy.hasRoom(out)).toBe(true)
    expect(roomy.deliver(out, message, Grant.plain(1), DeliveryKind.single)).toBe('sent')
    expect(roomy.hasRoom(out)).toBe(false)
    expect(roomy.deliver(out, message, Grant.plain(1), DeliveryKind.single)).toBe('sent')
  })

  it('drops QoS 0 for a client that is behind', () => {
    const slow = new Outbound({ ...limits, slowConsumerDropBytes: 30 }, { stored: true, writer: null })
    const message = messageOf(Buffer.alloc(20), 0)
    const sends = [1, 2, 3].map(() => slow.deliver(out, message, Grant.plain(0), DeliveryKind.single))
    expect(sends).toEqual(['sent', 'sent', 'dropped_slow'])
  })

  it('drops no QoS 0 only because one message is larger than the limit', () => {
    const slow = new Outbound({ ...limits, slowConsumerDropBytes: 1_000 }, { stored: true, writer: null })
    const [large, small] = [5_000, 20].map((size) => messageOf(Buffer.alloc(size), 0))
    const sends = [large, small, large, small].map((one) =>
      slow.deliver(out, one as Message, Grant.plain(0), DeliveryKind.single),
    )
    expect(sends).toEqual(['sent', 'sent', 'sent', 'dropped_slow'])
    out.flush()
    expect(slow.deliver(out, small as Message, Grant.plain(0), DeliveryKind.single)).toBe('sent')
  })

  it('drops a queued message that has expired when its turn comes, and says for how long others are still good', async () => {
    let nowMs = 1_000
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    out.version = 5
    const expiring = (payload: string, seconds: number) =>
      Message.of({
        ...{ topic: 't', payload: Buffer.from(payload), qos: 1, retain: false },
        properties: { encoded: null, expiresAt: Date.now() + seconds * 1_000 },
      })
    const losses: unknown[] = []
    for (const [payload, seconds] of [
      ['short', 5],
      ['long', 60],
    ] as const)
      outbound.deliver(null, expiring(payload, seconds), Grant.plain(1), DeliveryKind.single)
    nowMs += 20_000
    outbound.drain(
      out,
      ({ payload }, delivery) => losses.push([String(payload), delivery]),
      () => {},
    )
    clock.mockRestore()
    expect(losses).toEqual([
      ['short', 'expired'],
      ['long', 'sent'],
    ])
    expect(outbound.inflight).toBe(1)
    expect(await payloads(5)).toEqual(['long'])
    expect(sent[0]).toMatchObject({ properties: { messageExpiryInterval: 40 } })
  })

  it('sends no more again than the client takes at a time, and forgets what was acknowledged meanwhile', async () => {
    const window = new Outbound({ ...limits, maxInflight: 10 }, { stored: true, writer: null })
    for (const payload of ['1', '2', '3', '4'])
      window.deliver(out, messageOf(Buffer.from(payload), 1), Grant.plain(1), DeliveryKind.single)
    connect()
    window.receiveMaximum = 2
    window.resend(out)
    expect(window.deliver(out, messageOf(Buffer.from('5'), 1), Grant.plain(1), DeliveryKind.single)).toBe(
      'queued',
    )
    expect(await payloads()).toEqual(['1', '2'])
    const go = () =>
      window.drain(
        out,
        () => {},
        () => {},
      )
    window.acknowledged(3, PacketType.puback)
    go()
    expect(await payloads()).toEqual(['1', '2'])
    window.acknowledged(1, PacketType.puback)
    go()
    window.acknowledged(2, PacketType.puback)
    go()
    expect(await payloads()).toEqual(['1', '2', '4', '5'])
    expect(window.waits).toBe(false)
  })
})
