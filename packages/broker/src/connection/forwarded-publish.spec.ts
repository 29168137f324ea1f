import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { defaultLimits } from '../interface/limits.js'
import type { ProtocolVersion, Qos } from '../interface/types.js'
import type { Message } from '../messages/message.js'
import { publishFlags } from '../packets/encode.js'
import { PacketReader } from '../packets/packet-reader.js'
import { Violation } from '../packets/violation.js'
import { OutgoingQueue } from '../transport/outgoing-queue.js'
import { PublishReader } from './publish-reader.js'

/** Text that MQTT carries: without control characters. */
const text = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', maxLength })
    .filter((value) => !/[\p{Cc}\p{Surrogate}]/u.test(value) && Buffer.byteLength(value) < 2_000)
const topic = text(20).filter((value) => value !== '' && !/[+#]/.test(value))
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.integer({ min: 8_000, max: 9_000 }).map((length) => new Uint8Array(length).fill(length & 255)),
  fc.constant(new Uint8Array(40_000).fill(7)),
)
/** The decoder takes no empty text for one. */
const word = text(10).filter((value) => value !== '' && value !== '__proto__')
const userProperties = fc.dictionary(word, fc.array(word, { minLength: 1, maxLength: 3 }), {
  minKeys: 1,
  maxKeys: 4,
})

/** Properties that are passed on, in any order. */
const properties = fc
  .record(
    {
      payloadFormatIndicator: fc.constant(false),
      messageExpiryInterval: fc.integer({ min: 100, max: 4_294_967_295 }),
      contentType: text(20),
      responseTopic: topic,
      correlationData: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      userProperties,
    },
    { requiredKeys: [] },
  )
  .chain((all) => fc.shuffledSubarray(Object.entries(all)).map((entries) => Object.fromEntries(entries)))

const published = fc.record({
  topic,
  payload: payload.map((bytes) => Buffer.from(bytes)),
  qos: fc.constantFrom(0, 1, 2) as fc.Arbitrary<Qos>,
  retain: fc.boolean(),
  properties,
})
type Published = typeof published extends fc.Arbitrary<infer T> ? T : never

function encode(given: Published, alias = 0, version: ProtocolVersion = 5): Buffer {
  const more = alias > 0 ? { topicAlias: alias } : {}
  const packet: IPublishPacket = {
    ...{ cmd: 'publish', dup: false, messageId: 7, ...given },
    properties: { ...given.properties, ...more } as NonNullable<IPublishPacket['properties']>,
  }
  return mqttPacket.generate(packet, { protocolVersion: version })
}

/** The messages of packets that arrive in the given pieces. */
function receive(pieces: readonly Buffer[], version: ProtocolVersion = 5): (Message | Violation)[] {
  const reader = new PublishReader(defaultLimits)
  const found: (Message | Violation)[] = []
  const packets = new PacketReader(10_000_000, {
    packet: (packet) => found.push(reader.read(packet, version)),
    partialPacket() {},
    invalidPacket: (_problem, detail) => expect.fail(detail),
  })
  for (const piece of pieces) packets.push(new Bytes(piece), 0, piece.length)
  return found
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b)
  return [0, ...at].map((from, i) => Buffer.from(bytes.subarray(from, at[i] ?? bytes.length)))
}

function messageOf(pieces: readonly Buffer[]): Message {
  const [message] = receive(pieces)
  if (message === undefined || message instanceof Violation) throw new Error(message?.detail ?? 'no message')
  return message
}

/** What a client gets, as an independent decoder reads it. */
function sent(version: ProtocolVersion, add: (out: OutgoingQueue) => void): IPublishPacket[] {
  const stream = new PassThrough()
  const out = new OutgoingQueue(stream, 'tcp')
  out.version = version
  out.topicAliasMaximum = 2
  add(out)
  out.flush()
  const packets: Packet[] = []
  const parser = mqttPacket.parser({ protocolVersion: version })
  parser.on('packet', (packet) => packets.push(packet))
  parser.on('error', (error) => expect.fail(error.message))
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) parser.parse(chunk)
  return packets as IPublishPacket[]
}

/** The properties as they are passed on: nothing was waited for, so the expiry interval is what it was. */
function passedOn({ properties }: Published, more: object = {}): object | undefined {
  const entries = Object.entries(properties)
  const flat = entries.map(([name, value]) => [name, name === 'userProperties' ? flatten(value) : value])
  const all = { ...Object.fromEntries(flat), ...more }
  return Object.keys(all).length > 0 ? all : undefined
}

/** The decoder gives a text for one value, and a list for several. */
function flatten(given: unknown): object {
  const pairs = Object.entries(given as Record<string, string[]>)
  return Object.fromEntries(pairs.map(([name, values]) => [name, values.length > 1 ? values : values[0]]))
}

describe('PUBLISH of MQTT 5', () => {
  it('is read as an independent encoder wrote it, cut at any byte, and leaves as it came', () => {
    fc.assert(
      fc.property(published, fc.array(fc.nat()), fc.constantFrom<Qos>(0, 1, 2), (given, places, qos) => {
        const message = messageOf(cut(encode(given), places))
        expect([message.topic, message.qos, message.retain]).toEqual([given.topic, given.qos, given.retain])
        expect(message.payload.equals(given.payload)).toBe(true)
        const [packet] = sent(5, (out) => out.publish(message, publishFlags(qos), 9))
        expect(packet).toMatchObject({ qos, retain: false, ...(qos > 0 ? { messageId: 9 } : {}) })
        expect(packet?.topic).toBe(given.topic)
        expect(given.payload.equals(payloadOf(packet))).toBe(true)
        const alias = packet?.properties?.topicAlias
        expect(packet?.properties).toEqual(passedOn(given, alias ? { topicAlias: alias } : {}))
        expect(message.packetBytes(qos)).toBe(sent3(message, qos).length)
      }),
      { numRuns: 500 },
    )
  })

  it('leaves to MQTT 3.1.1 as the same topic and payload, and to many as one packet', () => {
    fc.assert(
      fc.property(published, fc.array(fc.nat()), fc.boolean(), (given, places, isOld) => {
        const bytes = encode(isOld ? { ...given, properties: {} } : given, 0, isOld ? 4 : 5)
        const [message] = receive(cut(bytes, places), isOld ? 4 : 5) as Message[]
        if (!message) throw new Error('no message')
        for (const version of [4, 5] as const) {
          const [alone, shared] = sent(version, (out) => {
            out.publish(message, publishFlags(1), 3)
            out.shared(message.frame(version))
          })
          for (const packet of [alone, shared]) {
            expect(packet?.topic).toBe(given.topic)
            expect(given.payload.equals(payloadOf(packet))).toBe(true)
          }
          const wanted = version === 4 || isOld ? undefined : passedOn(given)
          expect(shared?.properties).toEqual(wanted)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('carries identifiers and what the host added, behind the user properties of the client', () => {
    fc.assert(
      fc.property(
        published,
        fc.array(fc.integer({ min: 1, max: 268_435_455 }), { maxLength: 3 }),
        fc.array(word, { maxLength: 2 }),
        (given, identifiers, added) => {
          const message = messageOf([encode(given)])
          for (const value of added) message.annotate('added', value)
          const [packet] = sent(5, (out) => out.publish(message, publishFlags(1), 3, identifiers))
          const found = packet?.properties?.subscriptionIdentifier ?? []
          expect([found].flat()).toEqual(identifiers)
          const before = given.properties as { userProperties?: { added?: string[] } }
          const all = { ...before.userProperties }
          if (added.length > 0) all.added = [...(all.added ?? []), ...added]
          expect(packet?.properties?.userProperties ?? {}).toEqual({ ...flatten(all) })
          const read = message.properties?.userProperties ?? []
          expect(read.slice(read.length - added.length).map(([, value]) => value)).toEqual(added)
          expect(sent(4, (out) => out.publish(message, publishFlags(1), 3))).toHaveLength(1)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is the same message when its topic is an alias, and never passes that on', () => {
    fc.assert(
      fc.property(published, published, fc.nat(63), fc.array(fc.nat()), (first, second, at, places) => {
        const alias = at + 1
        const [setting, using] = [encode(first, alias), encode({ ...second, topic: '' }, alias)]
        const [one, two] = receive(cut(Buffer.concat([setting, using]), places)) as Message[]
        if (!one || !two) throw new Error('no messages')
        expect([one.topic, two.topic]).toEqual([first.topic, first.topic])
        expect(two.payload.equals(second.payload)).toBe(true)
        for (const [message, given] of [
          [one, first],
          [two, second],
        ] as const) {
          const [packet] = sent(5, (out) => out.shared(message.frame(5)))
          expect(packet?.topic).toBe(first.topic)
          expect(given.payload.equals(payloadOf(packet))).toBe(true)
          expect(packet?.properties).toEqual(passedOn(given))
        }
      }),
      { numRuns: 300 },
    )
  })
})

function payloadOf(packet: IPublishPacket | undefined): Buffer {
  return Buffer.from(packet?.payload ?? 'no packet')
}

function sent3(message: Message, qos: Qos): Buffer {
  const stream = new PassThrough()
  const out = new OutgoingQueue(stream, 'tcp')
  out.publish(message, publishFlags(qos), 9)
  out.flush()
  const chunks: Buffer[] = []
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}
