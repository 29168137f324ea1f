import { type Bytes, copyBytes } from '../bytes/bytes.js'

/** Size of an MQTT packet, all headers included, whose remaining length (section 2.2.3) is `remaining`. */
export function packetBytes(remaining: number): number {
  return headerBytes(remaining) + remaining
}

/** Size of a fixed header that states a remaining length in as few bytes as possible. */
export function headerBytes(remaining: number): number {
  return remaining < 128 ? 2 : remaining < 16_384 ? 3 : remaining < 2_097_152 ? 4 : 5
}

/** Writes a PUBLISH (section 3.3) up to its payload at `at`; returns where the payload goes. */
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
  let remaining = topic.to - topic.from + (withId ? 2 : 0) + payloadBytes
  view.setUint8(at++, 0x30 | flags)
  while (remaining > 127) {
    view.setUint8(at++, (remaining & 127) | 128)
    remaining >>= 7
  }
  view.setUint8(at++, remaining)
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
export function publishFlags(qos: number, { retain = false, dup = false }): number {
  return (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
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
