import type { Bytes } from '../bytes/bytes.js'
import { ReasonCode } from '../interface/reason-code.js'
import { Property } from './property.js'
import { readUtf8, topicProblem } from './topic.js'
import { Violation } from './violation.js'

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
  read(bytes: Bytes, at: number, end: number): Violation | null {
    this.topicAlias = 0
    this.expirySeconds = -1
    this.isText = false
    if (at < end && bytes.view.getUint8(at) === 0) {
      this.content = at + 1
      this.payload = at + 1
      return null
    }
    this.content = this.#readLength(bytes, at, end)
    if (this.content < 0) return Violation.malformed('PUBLISH: length of the properties')
    return this.#readAll(bytes, this.content, this.payload)
  }

  /** Whether a packet whose first piece ends at `end` was cut before the end of its properties. */
  isCut(bytes: Bytes, at: number, end: number): boolean {
    return this.#readLength(bytes, at, end) < 0
  }

  /** Sets `payload`; returns where the first property is, or -1. */
  #readLength(bytes: Bytes, at: number, end: number): number {
    let length = 0
    for (let i = 0; i < 4 && at + i < end; i++) {
      const byte = bytes.view.getUint8(at + i)
      if (byte === 0 && i > 0) return -1
      length |= (byte & 127) << (7 * i)
      if (byte > 127) continue
      const start = at + i + 1
      this.payload = start + length
      return this.payload <= end ? start : -1
    }
    return -1
  }

  #readAll(bytes: Bytes, start: number, end: number): Violation | null {
    this.#seen = 0
    let at = start
    while (at < end) {
      const id = bytes.view.getUint8(at)
      const next = propertyEnd(bytes.view, id, at + 1, end)
      if (next < 0) return malformed(id)
      const violation = this.#take(bytes, id, at + 1, next)
      if (violation !== null) return violation
      at = next
    }
    return null
  }

  /** Takes the value at `at`..`end`, which is complete. */
  #take(bytes: Bytes, id: number, at: number, end: number): Violation | null {
    const { view } = bytes
    if (id === Property.userProperty) {
      const middle = at + 2 + view.getUint16(at)
      const isText = isString(bytes, at + 2, middle) && isString(bytes, middle + 2, end)
      return isText ? null : malformed(id)
    }
    const bit = 1 << id
    if (this.#seen & bitOf(id, bit)) return Violation.protocol(`PUBLISH: property ${id} is there twice`)
    this.#seen |= bitOf(id, bit)
    switch (id) {
      case Property.payloadFormatIndicator:
        this.isText = view.getUint8(at) === 1
        return view.getUint8(at) > 1 ? malformed(id) : null
      case Property.messageExpiryInterval:
        this.expirySeconds = view.getUint32(at)
        this.expiryAt = at
        return null
      case Property.topicAlias:
        this.topicAlias = view.getUint16(at)
        this.topicAliasAt = at - 1
        return this.topicAlias === 0
          ? new Violation(ReasonCode.topicAliasInvalid, 'PUBLISH: topic alias 0')
          : null
      case Property.contentType:
        return isString(bytes, at + 2, end) ? null : malformed(id)
      case Property.responseTopic:
        return responseTopicProblem(bytes.buffer, at + 2, end)
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
function propertyEnd(view: DataView, id: number, at: number, end: number): number {
  switch (id) {
    case Property.userProperty: {
      const value = fieldEnd(view, at, end)
      return value < 0 ? value : fieldEnd(view, value, end)
    }
    case Property.contentType:
    case Property.responseTopic:
    case Property.correlationData:
      return fieldEnd(view, at, end)
    case Property.messageExpiryInterval:
      return at + 4 <= end ? at + 4 : -1
    case Property.topicAlias:
      return at + 2 <= end ? at + 2 : -1
    case Property.payloadFormatIndicator:
    case Property.subscriptionIdentifier:
      return at + 1 <= end ? at + 1 : -1
    default:
      return -1
  }
}

function fieldEnd(view: DataView, at: number, end: number): number {
  if (at + 2 > end) return -1
  const to = at + 2 + view.getUint16(at)
  return to <= end ? to : -1
}

/** Identifiers up to 9 and 0x23 are bits of one number: 0x23 takes the bit of 0. */
function bitOf(id: number, bit: number): number {
  return id === Property.topicAlias ? 1 : bit
}

function isString(bytes: Bytes, from: number, to: number): boolean {
  const { view } = bytes
  let at = from
  for (; at + 4 <= to; at += 4)
    if (!isPrintable(view.getInt32(at))) return readUtf8(bytes.buffer, from, to) !== null
  for (; at < to; at++) {
    const byte = view.getUint8(at)
    if (byte < firstPrintable || byte > lastPrintable) return readUtf8(bytes.buffer, from, to) !== null
  }
  return true
}

/** Whether four bytes are printable ASCII, 0x20 to 0x7E: none has its highest bit, now or after adding 1 or subtracting 0x20. */
function isPrintable(four: number): boolean {
  return ((four | (four + 0x01010101) | (four - 0x20202020)) & 0x80808080) === 0
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

const firstPrintable = 0x20
const lastPrintable = 0x7e
