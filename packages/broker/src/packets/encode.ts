/** Bytes of a PUBLISH (section 3.3), all headers included. */
export function publishBytes(topicBytes: number, payloadBytes: number, qos: number): number {
  const remaining = remainingBytes(topicBytes, payloadBytes, qos)
  return 1 + lengthBytes(remaining) + remaining
}

/** Writes everything of a PUBLISH before its payload at `at`; returns where the payload goes. */
export function writePublishHeader(
  out: Buffer,
  at: number,
  flags: number,
  topic: Buffer,
  payloadBytes: number,
  packetId: number,
): number {
  const qos = (flags >> 1) & 3
  out[at++] = 0x30 | flags
  let remaining = remainingBytes(topic.length, payloadBytes, qos)
  while (remaining > 127) {
    out[at++] = (remaining & 127) | 128
    remaining >>= 7
  }
  out[at++] = remaining
  out[at++] = topic.length >> 8
  out[at++] = topic.length & 255
  at = copyBytes(topic, 0, topic.length, out, at)
  if (qos > 0) {
    out[at++] = packetId >> 8
    out[at++] = packetId & 255
  }
  return at
}

/** Copies `from..to` of a buffer; a loop is faster than a call for a few bytes. */
export function copyBytes(source: Buffer, from: number, to: number, out: Buffer, at: number): number {
  const bytes = to - from
  if (bytes > 48) source.copy(out, at, from, to)
  else for (let i = 0; i < bytes; i++) out[at + i] = source[from + i] as number
  return at + bytes
}

/** Flag bits of a PUBLISH's first byte. */
export function publishFlags(qos: number, retain: boolean, dup: boolean): number {
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

function remainingBytes(topicBytes: number, payloadBytes: number, qos: number): number {
  return 2 + topicBytes + (qos > 0 ? 2 : 0) + payloadBytes
}

function lengthBytes(length: number): number {
  return length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4
}
