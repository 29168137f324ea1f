import { Property } from './property.js'
import { ReasonCode, Violation } from './reason-codes.js'
import { readUtf8, topicProblem } from './topic.js'

/**
 * Reads the properties of a PUBLISH (MQTT 5, section 3.3.2.3) where they are in memory: strings are checked, and decoded only
 * when they hold more than printable ASCII. One reader serves one connection, so that nothing is allocated for a packet.
 */
export class PublishPropertyReader {
  /** Where the payload begins. */
  payload = 0
  /** Where the first property is, behind the length of all. */
  content = 0
  /** 0 for none. */
  topicAlias = 0
  /** Where the topic alias is, with its identifier. */
  topicAliasAt = 0
  /** -1 for none. */
  expirySeconds = -1
  /** Where the value of the message expiry interval is. */
  expiryAt = 0
  /** The payload claims to be UTF-8 text. */
  isText = false
  #seen = 0

  /** Reads from `at`, where the length of the properties is, in a packet that ends at `end`. */
  read(bytes: Buffer, at: number, end: number): Violation | null {
    this.topicAlias = 0
    this.expirySeconds = -1
    this.isText = false
    if (bytes[at] === 0 && at < end) {
      this.content = at + 1
      this.payload = at + 1
      return null
    }
    this.content = this.#readLength(bytes, at, end)
    if (this.content < 0) return Violation.malformed('PUBLISH: length of the properties')
    return this.#readAll(bytes, this.content, this.payload)
  }

  /** Whether a packet whose first piece ends at `end` was cut before the end of its properties. */
  isCut(bytes: Buffer, at: number, end: number): boolean {
    return this.#readLength(bytes, at, end) < 0
  }

  /** Sets `payload`; returns where the first property is, or -1. */
  #readLength(bytes: Buffer, at: number, end: number): number {
    let length = 0
    for (let i = 0; i < 4 && at + i < end; i++) {
      const byte = bytes[at + i] as number
      if (byte === 0 && i > 0) return -1
      length |= (byte & 127) << (7 * i)
      if (byte > 127) continue
      const start = at + i + 1
      this.payload = start + length
      return this.payload <= end ? start : -1
    }
    return -1
  }

  #readAll(bytes: Buffer, start: number, end: number): Violation | null {
    this.#seen = 0
    let at = start
    while (at < end) {
      const id = bytes[at] as number
      const next = propertyEnd(bytes, id, at + 1, end)
      if (next < 0) return malformed(id)
      const violation = this.#take(bytes, id, at + 1, next)
      if (violation !== null) return violation
      at = next
    }
    return null
  }

  /** Takes the value at `at`..`end`, which is complete. */
  #take(bytes: Buffer, id: number, at: number, end: number): Violation | null {
    if (id === Property.userProperty) {
      const middle = at + 2 + bytes.readUInt16BE(at)
      const isText = isString(bytes, at + 2, middle) && isString(bytes, middle + 2, end)
      return isText ? null : malformed(id)
    }
    const bit = 1 << id
    if (this.#seen & bitOf(id, bit)) return Violation.protocol(`PUBLISH: property ${id} is there twice`)
    this.#seen |= bitOf(id, bit)
    switch (id) {
      case Property.payloadFormatIndicator:
        this.isText = bytes[at] === 1
        return (bytes[at] as number) > 1 ? malformed(id) : null
      case Property.messageExpiryInterval:
        this.expirySeconds = bytes.readUInt32BE(at)
        this.expiryAt = at
        return null
      case Property.topicAlias:
        this.topicAlias = bytes.readUInt16BE(at)
        this.topicAliasAt = at - 1
        return this.topicAlias === 0
          ? new Violation(ReasonCode.topicAliasInvalid, 'PUBLISH: topic alias 0')
          : null
      case Property.contentType:
        return isString(bytes, at + 2, end) ? null : malformed(id)
      case Property.responseTopic:
        return responseTopicProblem(bytes, at + 2, end)
      case Property.correlationData:
        return null
      case Property.subscriptionIdentifier:
        return Violation.protocol('PUBLISH: a client sends no subscription identifier')
      default:
        return malformed(id)
    }
  }
}

/** Where the value of a property at `at` ends; -1 when it does not end before `end`, or the property is unknown. */
function propertyEnd(bytes: Buffer, id: number, at: number, end: number): number {
  const size = fixedBytes.get(id)
  if (size !== undefined) return at + size <= end ? at + size : -1
  if (id === Property.subscriptionIdentifier) return at < end ? at + 1 : -1
  if (!stringProperties.has(id)) return -1
  const first = fieldEnd(bytes, at, end)
  return id === Property.userProperty && first >= 0 ? fieldEnd(bytes, first, end) : first
}

function fieldEnd(bytes: Buffer, at: number, end: number): number {
  if (at + 2 > end) return -1
  const to = at + 2 + bytes.readUInt16BE(at)
  return to <= end ? to : -1
}

/** Identifiers up to 9 and 0x23 are bits of one number: 0x23 takes the bit of 0. */
function bitOf(id: number, bit: number): number {
  return id === Property.topicAlias ? 1 : bit
}

function isString(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number
    if (byte < firstPrintable || byte > lastPrintable) return readUtf8(bytes, from, to) !== null
  }
  return true
}

/** A response topic names a topic: it has no wildcard [MQTT-3.3.2-14]. */
function responseTopicProblem(bytes: Buffer, from: number, to: number): Violation | null {
  const topic = readUtf8(bytes, from, to)
  if (topic === null) return malformed(Property.responseTopic)
  const problem = topicProblem(topic, Number.POSITIVE_INFINITY)
  return problem === null ? null : Violation.protocol(`PUBLISH: response topic: ${problem}`)
}

function malformed(id: number): Violation {
  return Violation.malformed(`PUBLISH: property 0x${id.toString(16).padStart(2, '0')}`)
}

const fixedBytes = new Map<number, number>([
  [Property.payloadFormatIndicator, 1],
  [Property.messageExpiryInterval, 4],
  [Property.topicAlias, 2],
])
const stringProperties = new Set<number>([
  Property.contentType,
  Property.responseTopic,
  Property.correlationData,
  Property.userProperty,
])
const firstPrintable = 0x20
const lastPrintable = 0x7e
