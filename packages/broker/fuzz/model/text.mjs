import { isUtf8 } from 'node:buffer'

/** Reads the fields of a packet in turn; null when the packet ends before the field does. */
export class Fields {
  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.bytes = bytes
    this.at = 0
  }

  get left() {
    return this.bytes.length - this.at
  }

  byte() {
    return this.left >= 1 ? /** @type {number} */ (this.bytes[this.at++]) : null
  }

  uint16() {
    if (this.left < 2) return null
    this.at += 2
    return this.bytes.readUInt16BE(this.at - 2)
  }

  uint32() {
    if (this.left < 4) return null
    this.at += 4
    return this.bytes.readUInt32BE(this.at - 4)
  }

  /** A variable byte integer; null also when it has more bytes than its value needs [MQTT-1.5.5-1]. */
  varint() {
    let value = 0
    for (let i = 0; i < 4; i++) {
      const byte = this.byte()
      if (byte === null || (byte === 0 && i > 0)) return null
      value += (byte & 127) * 128 ** i
      if (byte < 128) return value
    }
    return null
  }

  binary() {
    const length = this.uint16()
    if (length === null || this.left < length) return null
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  /** Null also when it is not well-formed or holds a control character [MQTT-1.5.3-1, -2]. */
  text() {
    const bytes = this.binary()
    if (bytes === null || !isUtf8(bytes)) return null
    const text = bytes.toString()
    return /\p{Cc}/u.test(text) ? null : text
  }
}

/**
 * What makes a topic name illegal, or null.
 * @param {string} topic
 */
export function topicProblem(topic) {
  if (topic === '') return 'empty topic'
  return /[+#]/.test(topic) ? 'wildcard in a topic name' : null
}

/**
 * What makes a topic filter illegal, or null.
 * @param {string} filter
 */
export function filterProblem(filter) {
  if (filter === '') return 'empty filter'
  const levels = filter.split('/')
  if (levels.some((level) => level.length > 1 && /[+#]/.test(level))) return 'wildcard inside a level'
  return levels.slice(0, -1).includes('#') ? '# before the last level' : null
}

/**
 * Whether a topic or filter is larger than a broker with these limits has to take.
 * @param {string} topic
 * @param {{ maxTopicBytes: number, maxTopicLevels: number }} limits
 */
export function isOversized(topic, { maxTopicBytes, maxTopicLevels }) {
  return Buffer.byteLength(topic) > maxTopicBytes || topic.split('/').length > maxTopicLevels
}
