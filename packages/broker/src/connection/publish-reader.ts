import { isUtf8 } from 'node:buffer'
import { Bytes } from '../bytes/bytes.js'
import { ReasonCode } from '../interface/reason-code.js'
import type { ProtocolVersion } from '../interface/types.js'
import { Annotations } from '../messages/annotations.js'
import type { ChangingProperties } from '../messages/changing-properties.js'
import { Message, type PublishPlace } from '../messages/message.js'
import { aliasBytes } from '../messages/publish5.js'
import { unaliased } from '../messages/unaliased-publish.js'
import { headerBytes } from '../packets/encode.js'
import type { Packet } from '../packets/packet-reader.js'
import { PublishPropertyReader } from '../packets/publish-properties.js'
import { Violation } from '../packets/violation.js'
import { type AliasedTopic, TopicAliases } from './topic-aliases.js'
import { TopicCache, type TopicLimits } from './topic-cache.js'

export interface PublishReaderLimits extends TopicLimits {
  maxTopicAliases: number
  maxPropertyBytes: number
}

/** Reads each PUBLISH of one client (section 3.3), strictly: nothing comes out that could not be sent on as it is. */
export class PublishReader {
  /** Of the packet that was read last; 0 with QoS 0. */
  packetId = 0
  /** The last payload is not the text that its payload format indicator says it is. */
  isFalseText = false
  readonly #limits: PublishReaderLimits
  readonly #topics: TopicCache
  /** Made for clients of MQTT 5. */
  #properties: PublishPropertyReader | null = null
  #aliases: TopicAliases | null = null

  constructor(limits: PublishReaderLimits) {
    this.#limits = limits
    this.#topics = new TopicCache(limits)
  }

  read(packet: Packet, version: ProtocolVersion): Message | Violation {
    const { bytes, start, body, end } = packet
    const { view } = bytes
    const flags = view.getUint8(start) & 15
    const qos = (flags >> 1) & 3
    if (qos === 3) return Violation.malformed('PUBLISH: QoS 3')
    if (qos === 0 && flags & 8) return Violation.malformed('PUBLISH: DUP with QoS 0')
    const topicStart = body + 2
    const topicEnd = topicStart <= end ? topicStart + view.getUint16(body) : Number.POSITIVE_INFINITY
    const at = qos > 0 ? topicEnd + 2 : topicEnd
    if (at > end) return Violation.malformed(topicEnd > end ? 'PUBLISH: truncated' : 'PUBLISH: packet id')
    const packetId = qos > 0 ? view.getUint16(topicEnd) : 0
    if (qos > 0 && packetId === 0) return Violation.protocol('PUBLISH: packet id 0')
    this.packetId = packetId
    if (version === 5) return this.#read5(packet, flags, at)
    const problem = this.#topics.read(bytes, topicStart, topicEnd)
    if (problem !== null) return problem
    return Message.received(this.#topics.topic, flags, packet, at)
  }

  #read5(packet: Packet, flags: number, section: number): Message | Violation {
    this.#properties ??= new PublishPropertyReader()
    const properties = this.#properties
    const { bytes, start, body, end, rest } = packet
    if (rest !== null && properties.isCut(bytes, section, end))
      return this.#read5(joined(packet), flags, section - start)
    const problem = properties.read(bytes, section, end)
    if (problem !== null) return problem
    if (properties.payload - section > this.#limits.maxPropertyBytes)
      return new Violation(ReasonCode.packetTooLarge, 'PUBLISH: too many bytes of properties')
    const { payload } = properties
    if (body - start !== headerBytes(bytesFrom(packet, body)))
      return Violation.malformed('PUBLISH: remaining length is longer than necessary')
    this.isFalseText = properties.isText && !isText(packet, payload)
    const topicEnd = flags & 6 ? section - 2 : section
    const hasTopic = topicEnd > body + 2
    if (!hasTopic && properties.topicAlias === 0)
      return Violation.protocol('PUBLISH: neither a topic nor a topic alias')
    if (hasTopic) {
      const violation = this.#topics.read(bytes, body + 2, topicEnd)
      if (violation !== null) return violation
    }
    if (properties.topicAlias > 0) return this.#readAliased({ ...packet, section, payload }, flags, hasTopic)
    return new Message(
      this.#topics.topic,
      flags,
      packet,
      section,
      payload,
      changingOf(properties.expirySeconds, properties.expiryAt - section),
    )
  }

  #readAliased(place: PublishPlace, flags: number, hasTopic: boolean): Message | Violation {
    const properties = this.#properties as PublishPropertyReader
    const { topicAlias, topicAliasAt: aliasAt, content } = properties
    this.#aliases ??= new TopicAliases(this.#limits.maxTopicAliases)
    const aliased: AliasedTopic | Violation = hasTopic
      ? this.#aliases.set(topicAlias, this.#topics.topic)
      : this.#aliases.get(topicAlias)
    if (aliased instanceof Violation) return aliased
    const qos = (flags >> 1) & 3
    const moved = unaliased(place, { topic: aliased.field, content, aliasAt, qos })
    const movedContent = moved.payload - (place.payload - content - aliasBytes)
    const expiryAt = properties.expiryAt > aliasAt ? properties.expiryAt - aliasBytes : properties.expiryAt
    const expiryOffset = movedContent - moved.section + expiryAt - content
    const changing = changingOf(properties.expirySeconds, expiryOffset)
    return new Message(aliased.topic, flags, moved, moved.section, moved.payload, changing)
  }
}

function changingOf(expirySeconds: number, expiryOffset: number): ChangingProperties | null {
  if (expirySeconds < 0) return null
  const expiresAtMs = performance.now() + expirySeconds * 1_000
  return { expiresAtMs, expiryOffset, annotations: Annotations.none }
}

function isText({ bytes, end, rest }: Packet, payload: number): boolean {
  const first = bytes.buffer.subarray(payload, end)
  return isUtf8(rest === null ? first : Buffer.concat([first, ...rest]))
}

function bytesFrom({ end, rest }: Packet, from: number): number {
  return rest === null ? end - from : rest.reduce((sum, { length }) => sum + length, end - from)
}

/** Large properties may have come in several pieces. */
function joined({ bytes, start, body, end, rest }: Packet): Packet {
  const whole = Buffer.concat([bytes.buffer.subarray(start, end), ...(rest ?? [])])
  return { bytes: new Bytes(whole), start: 0, body: body - start, end: whole.length, rest: null }
}
