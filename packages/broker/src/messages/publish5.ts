import { type Bytes, copyBytes } from '../bytes/bytes.js'
import { packetBytes, varintBytes, writeVarint } from '../packets/encode.js'
import { Property } from '../packets/property.js'
import { remainingSeconds } from './changing-properties.js'
import type { Message } from './message.js'

/** How a PUBLISH of MQTT 5 names its topic. */
export interface TopicAlias {
  /** 0 for none. */
  readonly alias: number
  /** The client knows the alias: the topic itself is left out (section 3.3.2.3.4). */
  readonly isKnown: boolean
}

export const noAlias: TopicAlias = { alias: 0, isKnown: false }
export const aliasBytes = 3

/** Size of the PUBLISH of MQTT 5 (section 3.3) that carries a message. */
export function publish5Bytes(
  message: Message,
  qos: number,
  identifiers: readonly number[],
  topic: TopicAlias,
): number {
  if (passesWhole(message, qos, identifiers, topic)) return message.end - message.start
  return packetBytes(remainingLength(message, qos, contentBytes(message, identifiers, topic), topic))
}

/** Writes the whole PUBLISH of a message in one piece. */
export function writePublish5(
  message: Message,
  out: Bytes,
  at: number,
  { flags, packetId, identifiers, topic }: Sending5,
): void {
  if (passesWhole(message, (flags >> 1) & 3, identifiers, topic)) {
    writeWhole(message, out, at, flags, packetId)
    return
  }
  const payloadAt = writePublish5Head(message, out, at, { flags, packetId, identifiers, topic })
  copyBytes(message.bytes, message.payloadStart, message.end, out, payloadAt)
}

/** Writes the PUBLISH up to its payload; returns where the payload goes. */
export function writePublish5Head(message: Message, out: Bytes, at: number, sending: Sending5): number {
  const { flags, packetId, identifiers, topic } = sending
  const { view } = out
  const withId = (flags & 6) > 0
  const content = contentBytes(message, identifiers, topic)
  view.setUint8(at, 0x30 | flags)
  at = writeVarint(view, at + 1, remainingLength(message, (flags >> 1) & 3, content, topic))
  if (topic.isKnown) {
    view.setUint16(at, 0)
    at += 2
  } else at = copyBytes(message.bytes, message.body, message.topicEnd, out, at)
  if (withId) {
    view.setUint16(at, packetId)
    at += 2
  }
  at = writeVarint(view, at, content)
  at = writeOwnContent(message, out, at)
  if (message.changing !== null) at += message.changing.annotations.encoded.copy(out.buffer, at)
  for (const identifier of identifiers) {
    view.setUint8(at, Property.subscriptionIdentifier)
    at = writeVarint(view, at + 1, identifier)
  }
  if (topic.alias === 0) return at
  view.setUint8(at, Property.topicAlias)
  view.setUint16(at + 1, topic.alias)
  return at + aliasBytes
}

/** What a PUBLISH of MQTT 5 has beside its message. */
export interface Sending5 {
  readonly flags: number
  readonly packetId: number
  readonly identifiers: readonly number[]
  readonly topic: TopicAlias
}

/** Whether the packet in which the message came can leave as it is, except for flags, packet id and expiry interval. */
function passesWhole(
  message: Message,
  qos: number,
  identifiers: readonly number[],
  topic: TopicAlias,
): boolean {
  return (
    message.sectionStart < message.payloadStart &&
    message.rest === null &&
    qos > 0 === message.qos > 0 &&
    identifiers.length === 0 &&
    topic.alias === 0 &&
    (message.changing === null || message.changing.annotations.bytes === 0)
  )
}

function writeWhole(message: Message, out: Bytes, at: number, flags: number, packetId: number): void {
  const { start, end, sectionStart, changing } = message
  copyBytes(message.bytes, start, end, out, at)
  const { view } = out
  const section = at + sectionStart - start
  view.setUint8(at, 0x30 | flags)
  if ((flags & 6) > 0) view.setUint16(section - 2, packetId)
  if (changing !== null) writeExpiry(view, section + changing.expiryOffset, changing.expiresAtMs)
}

function writeOwnContent(message: Message, out: Bytes, at: number): number {
  const { changing } = message
  const from = message.contentStart
  const end = copyBytes(message.bytes, from, message.payloadStart, out, at)
  if (changing !== null) {
    const expiryAt = at + message.sectionStart + changing.expiryOffset - from
    writeExpiry(out.view, expiryAt, changing.expiresAtMs)
  }
  return end
}

function writeExpiry(view: DataView, at: number, expiresAtMs: number): void {
  if (expiresAtMs !== Number.POSITIVE_INFINITY) view.setUint32(at, remainingSeconds(expiresAtMs))
}

function remainingLength(message: Message, qos: number, content: number, topic: TopicAlias): number {
  const topicBytes = topic.isKnown ? 2 : message.topicEnd - message.body
  return topicBytes + (qos > 0 ? 2 : 0) + varintBytes(content) + content + message.payloadBytes
}

/** Size of the properties, without their length. */
function contentBytes(message: Message, identifiers: readonly number[], topic: TopicAlias): number {
  let bytes = message.payloadStart - message.contentStart
  if (message.changing !== null) bytes += message.changing.annotations.bytes
  if (topic.alias > 0) bytes += aliasBytes
  for (const identifier of identifiers) bytes += 1 + varintBytes(identifier)
  return bytes
}
