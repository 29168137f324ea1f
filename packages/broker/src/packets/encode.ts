import { type Bytes, copyBytes } from '../bytes/bytes.js'
import { ReasonCode } from '../interface/reason-code.js'

/** Size of an MQTT packet, all headers included, whose remaining length (section 2.2.3) is `remaining`. */
export function packetBytes(remaining: number): number {
  return headerBytes(remaining) + remaining
}

/** Size of a fixed header that states a remaining length in as few bytes as possible. */
export function headerBytes(remaining: number): number {
  return remaining < 128 ? 2 : remaining < 16_384 ? 3 : remaining < 2_097_152 ? 4 : 5
}

/** Size of a variable byte integer (MQTT 5, section 1.5.5). */
export function varintBytes(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4
}

/** Writes a variable byte integer; returns where it ends. */
export function writeVarint(view: DataView, at: number, value: number): number {
  let rest = value
  while (rest > 127) {
    view.setUint8(at++, (rest & 127) | 128)
    rest >>= 7
  }
  view.setUint8(at++, rest)
  return at
}

/** Writes a PUBLISH of MQTT 3.1.1 (section 3.3) up to its payload at `at`; returns where the payload goes. */
export function writePublishHeader(
  out: Bytes,
  at: number,
  flags: number,
  topic: TopicPlace,
  payloadBytes: number,
  packetId: number,
): number {
  const { view } = out
  const withId = (flags & 6) > 0
  view.setUint8(at, 0x30 | flags)
  at = writeVarint(view, at + 1, topic.to - topic.from + (withId ? 2 : 0) + payloadBytes)
  at = copyBytes(topic.bytes, topic.from, topic.to, out, at)
  if (!withId) return at
  view.setUint16(at, packetId)
  return at + 2
}

/** Where a topic is, with the two bytes of its length. */
export interface TopicPlace {
  bytes: Bytes
  from: number
  to: number
}

/** Flag bits of a PUBLISH's first byte. */
export function publishFlags(qos: number, retain = false, dup = false): number {
  return (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
}

/** The first byte of a PUBREL (section 3.6.1). */
export const pubrelByte = 0x62

/** A PUBREL of MQTT 5 for a packet id that is not in use (section 3.6.2.1). */
export function unknownPubrel(packetId: number): Buffer {
  return Buffer.from([pubrelByte, 3, packetId >> 8, packetId & 255, ReasonCode.packetIdentifierNotFound])
}

export const PacketType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  disconnect: 14,
} as const
