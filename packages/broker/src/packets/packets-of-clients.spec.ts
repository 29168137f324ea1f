import fc from 'fast-check'
import mqttPacket, { type Packet as AnyPacket, type IConnectPacket, type ISubscribePacket } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { type ConnectPacket, readConnect } from './connect.js'
import type { Packet } from './packet-reader.js'
import { readDisconnect } from './reply.js'
import { readSubscribe, readUnsubscribe } from './subscribe.js'
import { Violation } from './violation.js'

// The readers of packets that clients of MQTT 5 send, against an independent encoder.

const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '𝄞', '/', ' '), maxLength: 20 })
const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 12 })
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const uint16 = fc.integer({ min: 0, max: 0xffff })
const uint32 = fc.integer({ min: 0, max: 0xffffffff })
const userProperties = fc.dictionary(
  fc.constantFrom('a', 'b', 'ü'),
  fc.array(text, { minLength: 2, maxLength: 3 }),
  { minKeys: 1 },
)
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>

function packetOf(encoded: Buffer): Packet {
  let body = 1
  while ((encoded[body] ?? 0) & 128) body++
  return { bytes: new Bytes(encoded), start: 0, body: body + 1, end: encoded.length, rest: null }
}

const encode = (packet: AnyPacket) => packetOf(mqttPacket.generate(packet, { protocolVersion: 5 }))

/** Cuts a packet behind its fixed header, whose length is corrected. It stays below 128 bytes behind it, or is not cut. */
function* cuts({ bytes: { buffer }, body, end }: Packet): Generator<Packet> {
  for (let length = 0; length < end - body; length++) {
    const head = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
    yield packetOf(
      Buffer.concat([buffer.subarray(0, 1), Buffer.from(head), buffer.subarray(body, body + length)]),
    )
  }
}

function pairs(properties: object | undefined): [string, string][] {
  const { userProperties: named = {} } = (properties ?? {}) as { userProperties?: Record<string, string[]> }
  return Object.entries(named).flatMap(([key, values]) =>
    values.map((value): [string, string] => [key, value]),
  )
}

const connects = fc.record({
  cmd: fc.constant('connect' as const),
  protocolId: fc.constant('MQTT'),
  protocolVersion: fc.constant(5),
  clean: fc.boolean(),
  clientId: name,
  keepalive: uint16,
  username: name,
  password: fc.option(bytes, { nil: undefined }),
  properties: some({
    sessionExpiryInterval: uint32,
    receiveMaximum: fc.integer({ min: 1, max: 0xffff }),
    maximumPacketSize: fc.integer({ min: 1, max: 0xffffffff }),
    topicAliasMaximum: uint16,
    requestResponseInformation: fc.boolean(),
    requestProblemInformation: fc.boolean(),
    userProperties,
  }),
  will: fc.option(
    fc.record({
      topic: name,
      payload: bytes,
      qos: fc.constantFrom(0, 1, 2),
      retain: fc.boolean(),
      properties: some({
        willDelayInterval: uint32,
        payloadFormatIndicator: fc.boolean(),
        messageExpiryInterval: uint32,
        contentType: text,
        responseTopic: name,
        correlationData: bytes,
        userProperties,
      }),
    }),
    { nil: undefined },
  ),
}) as unknown as fc.Arbitrary<IConnectPacket>

function expectSame(read: ConnectPacket, written: IConnectPacket): void {
  const { properties = {} } = written
  const expiry = properties.sessionExpiryInterval ?? 0
  expect(read).toMatchObject({
    protocolVersion: 5,
    isBridge: false,
    clientId: written.clientId,
    clean: written.clean,
    keepAliveSeconds: written.keepalive,
    username: written.username,
    properties: {
      sessionExpirySeconds: expiry === 0xffffffff ? Number.POSITIVE_INFINITY : expiry,
      receiveMaximum: properties.receiveMaximum ?? 65_535,
      maximumPacketSize: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
      topicAliasMaximum: properties.topicAliasMaximum ?? 0,
      requestProblemInformation: properties.requestProblemInformation ?? true,
      requestResponseInformation: properties.requestResponseInformation ?? false,
    },
  })
  expect(read.properties?.userProperties).toEqual(pairs(properties))
  expect(read.password).toEqual(written.password)
  const { will } = written
  if (!will) {
    expect(read.will).toBeNull()
    return
  }
  expect(read.will).toMatchObject({
    topic: will.topic,
    payload: will.payload,
    qos: will.qos,
    retain: will.retain,
    delaySeconds: will.properties?.willDelayInterval ?? 0,
    expirySeconds: will.properties?.messageExpiryInterval ?? -1,
  })
}

describe('CONNECT', () => {
  it('is read as it was written, and malformed when it is cut at any byte', () => {
    fc.assert(
      fc.property(connects, (written) => {
        const packet = encode(written)
        const outcome = readConnect(packet)
        if (outcome.kind !== 'connect') throw new Error(JSON.stringify(outcome))
        expectSame(outcome.connect, written)
        for (const cut of cuts(packet)) expect(readConnect(cut).kind).toBe('malformed')
      }),
      { numRuns: 150 },
    )
  })

  it('with any byte changed never makes the reader throw', () => {
    fc.assert(
      fc.property(connects, fc.nat(), fc.nat({ max: 255 }), (written, at, value) => {
        const packet = encode(written)
        packet.bytes.buffer[packet.body + (at % (packet.end - packet.body))] = value
        expect(['connect', 'malformed', 'unsupported']).toContain(readConnect(packet).kind)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('SUBSCRIBE and UNSUBSCRIBE', () => {
  const subscriptions = fc.array(
    fc.record({
      topic: name,
      qos: fc.constantFrom(0, 1, 2),
      nl: fc.boolean(),
      rap: fc.boolean(),
      rh: fc.constantFrom(0, 1, 2),
    }),
    { minLength: 1, maxLength: 6 },
  )
  const messageId = fc.integer({ min: 1, max: 0xffff })
  const identifier = fc.integer({ min: 1, max: 268_435_455 })

  it('are read as they were written, and break a rule when they are cut at any byte', () => {
    fc.assert(
      fc.property(
        ...[subscriptions, messageId, some({ subscriptionIdentifier: identifier, userProperties })],
        (asked, id, properties) => {
          const packet = encode({
            cmd: 'subscribe',
            messageId: id,
            subscriptions: asked,
            properties,
          } as ISubscribePacket)
          expect(readSubscribe(packet, 5)).toEqual({
            packetId: id,
            identifier: properties.subscriptionIdentifier ?? 0,
            requests: asked.map(({ topic, qos, nl, rap, rh }) => ({
              ...{ filter: topic, qos, noLocal: nl, retainAsPublished: rap, retainHandling: rh },
            })),
          })
          const whole = new Set(
            wholeLengths(
              packet,
              asked.map(({ topic }) => topic.length + 3),
            ),
          )
          for (const cut of cuts(packet))
            expect(readSubscribe(cut, 5) instanceof Violation).toBe(!whole.has(cut.end - cut.body))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('UNSUBSCRIBE likewise', () => {
    const filters = fc.array(name, { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(filters, messageId, some({ userProperties }), (unsubscriptions, id, properties) => {
        const packet = encode({ cmd: 'unsubscribe', messageId: id, unsubscriptions, properties })
        expect(readUnsubscribe(packet, 5)).toEqual({ packetId: id, filters: unsubscriptions })
        const whole = new Set(
          wholeLengths(
            packet,
            unsubscriptions.map((filter) => filter.length + 2),
          ),
        )
        for (const cut of cuts(packet))
          expect(readUnsubscribe(cut, 5) instanceof Violation).toBe(!whole.has(cut.end - cut.body))
      }),
      { numRuns: 150 },
    )
  })

  /** The lengths at which a cut packet ends with a whole filter, the first one or a later. */
  function wholeLengths({ body, end }: Packet, sizes: number[]): number[] {
    return sizes.slice(1).map((_, i) => end - body - sizes.slice(i + 1).reduce((sum, size) => sum + size, 0))
  }
})

describe('DISCONNECT', () => {
  it('is read as it was written', () => {
    const codes = fc.constantFrom(
      0,
      4,
      0x80,
      0x81,
      0x82,
      0x83,
      0x90,
      0x93,
      0x94,
      0x95,
      0x96,
      0x97,
      0x98,
      0x99,
    )
    fc.assert(
      fc.property(
        codes,
        some({ sessionExpiryInterval: uint32, reasonString: text, userProperties }),
        (code, given) => {
          const packet = encode({ cmd: 'disconnect', reasonCode: code, properties: given })
          const expiry = given.sessionExpiryInterval
          expect(readDisconnect(packet, 5)).toEqual({
            code,
            sessionExpirySeconds: expiry === 0xffffffff ? Number.POSITIVE_INFINITY : expiry,
          })
          // Without properties, or without a code as well, it is whole.
          for (const cut of cuts(packet))
            expect(readDisconnect(cut, 5) instanceof Violation).toBe(cut.end - cut.body > 1)
        },
      ),
    )
  })

  it('of a client with a code of servers, or of none, breaks a rule', () => {
    for (const code of [0x01, 0x87, 0x8b, 0x8d, 0x8e, 0x9c, 0xa0, 0xff])
      expect(readDisconnect(packetOf(Buffer.from([0xe0, 1, code])), 5)).toBeInstanceOf(Violation)
    expect(readDisconnect(packetOf(Buffer.from([0xe0, 1, 0])), 4)).toBeInstanceOf(Violation)
  })
})
