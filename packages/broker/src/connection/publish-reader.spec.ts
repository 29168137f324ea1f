import { describe, expect, it } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { defaultLimits } from '../interface/limits.js'
import { ReasonCode } from '../interface/reason-code.js'
import { Message } from '../messages/message.js'
import { Violation } from '../packets/violation.js'
import { PublishReader } from './publish-reader.js'

/** Reads a PUBLISH of MQTT 5 with QoS 0, topic `t`, these properties and an empty payload. */
function read(properties: readonly number[], { topic = 't', first = 0x30, length = properties.length } = {}) {
  const section = [length, ...properties]
  const remaining = 2 + Buffer.byteLength(topic) + section.length
  const packet = Buffer.from([
    first,
    remaining,
    0,
    Buffer.byteLength(topic),
    ...Buffer.from(topic),
    ...section,
  ])
  const place = { bytes: new Bytes(packet), start: 0, body: 2, end: packet.length, rest: null }
  return new PublishReader(defaultLimits).read(place, 5)
}

const text = (value: string) => [0, Buffer.byteLength(value), ...Buffer.from(value)]
const malformed = ReasonCode.malformedPacket
const protocol = ReasonCode.protocolError

describe('a PUBLISH of MQTT 5 is refused', () => {
  it.each<[string, number[], number]>([
    ['an unknown property', [0x04, 0], malformed],
    ['a property of another packet', [0x11, 0, 0, 0, 1], malformed],
    ['a subscription identifier', [0x0b, 1], protocol],
    ['a payload format indicator of 2', [0x01, 2], malformed],
    ['a property that is cut off', [0x02, 0, 0, 1], malformed],
    ['a text that is cut off', [0x03, 0, 9, 0x61], malformed],
    ['a user property without a value', [0x26, ...text('name')], malformed],
    ['a text that is no UTF-8', [0x03, 0, 2, 0xc3, 0x28], malformed],
    ['a text with NUL', [0x26, ...text('a\u0000'), ...text('b')], malformed],
    ['a control character behind four others', [0x26, ...text('abcd'), ...text('wxyz\u001f')], malformed],
    ['DELETE among four others', [0x26, ...text('abcd'), ...text('wx\u007fz')], malformed],
    ['a response topic with a wildcard', [0x08, ...text('a/+')], protocol],
    ['an empty response topic', [0x08, ...text('')], protocol],
    ['a topic alias of 0', [0x23, 0, 0], ReasonCode.topicAliasInvalid],
    ['two content types', [0x03, ...text('a'), 0x03, ...text('a')], protocol],
    ['two topic aliases', [0x23, 0, 1, 0x23, 0, 1], protocol],
    ['two payload format indicators', [0x01, 0, 0x01, 0], protocol],
  ])('with %s', (_name, properties, code) => {
    const problem = read(properties)
    expect(problem).toBeInstanceOf(Violation)
    expect((problem as Violation).code).toBe(code)
  })

  it('with a length of its properties that is not the shortest, or goes beyond the packet', () => {
    expect(read([0, 0x01, 1], { length: 0x82 })).toMatchObject({ code: malformed })
    expect(read([0x01, 1], { length: 3 })).toMatchObject({ code: malformed })
    expect(read([0x80, 0x80], { length: 0x80 })).toMatchObject({ code: malformed })
  })

  it('with an illegal topic', () => {
    expect(read([], { topic: 'a/#' })).toMatchObject({ code: ReasonCode.topicNameInvalid })
    expect(read([], { topic: '/'.repeat(128) })).toBeInstanceOf(Violation)
    expect(read([], { topic: '' })).toMatchObject({ code: ReasonCode.protocolError })
    expect(read([], { first: 0x36 })).toMatchObject({ code: malformed })
    expect(read([], { first: 0x38 })).toMatchObject({ code: malformed })
  })

  it('with more properties than the limit, or a remaining length that is not the shortest', () => {
    const reader = new PublishReader({ ...defaultLimits, maxPropertyBytes: 10 })
    const packet = Buffer.from([0x30, 15, 0, 1, 0x74, 11, 0x03, ...text('12345678')])
    const place = { bytes: new Bytes(packet), start: 0, body: 2, end: packet.length, rest: null }
    expect(reader.read(place, 5)).toMatchObject({ code: ReasonCode.packetTooLarge })
    const long = Buffer.from([0x30, 0x84, 0, 0, 1, 0x74, 0])
    const wide = { bytes: new Bytes(long), start: 0, body: 3, end: long.length, rest: null }
    expect(new PublishReader(defaultLimits).read(wide, 5)).toMatchObject({ code: malformed })
  })
})

it('takes a topic of 128 levels, and any printable or UTF-8 text', () => {
  expect(read([], { topic: '/'.repeat(120) })).toBeInstanceOf(Message)
  expect(read([0x26, ...text(' ~!'), ...text('grün °C ~')])).toBeInstanceOf(Message)
})

it('reads large properties that came in several pieces', () => {
  const value = 'v'.repeat(5_000)
  const property = [0x03, value.length >> 8, value.length & 255, ...Buffer.from(value)]
  const section = [(property.length & 127) | 128, property.length >> 7, ...property]
  const remaining = 3 + section.length + 1
  const head = [0x30, (remaining & 127) | 128, remaining >> 7, 0, 1, 0x74]
  const packet = Buffer.from([...head, ...section, 0x70])
  const [first, rest] = [packet.subarray(0, 100), [packet.subarray(100)]]
  const place = { bytes: new Bytes(first), start: 0, body: 3, end: first.length, rest }
  const message = new PublishReader(defaultLimits).read(place, 5)
  expect(message).toBeInstanceOf(Message)
  if (!(message instanceof Message)) return
  expect([message.properties?.contentType, String(message.payload)]).toEqual([value, 'p'])
})
