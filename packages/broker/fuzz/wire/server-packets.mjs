import { isUtf8 } from 'node:buffer'
import { ServerPackets5 } from './server-packets-5.mjs'

/**
 * What the broker sent: `type` is the high half of the first byte.
 * @typedef {object} ServerPacket
 * @property {number} type
 * @property {number} flags
 * @property {number} id 0 when the packet has none
 * @property {string} topic of a PUBLISH
 * @property {Buffer} body payload of a PUBLISH, codes of a SUBACK or UNSUBACK, body of a CONNACK
 *
 * What the client said in its CONNECT.
 * @typedef {{ version: 3 | 4 | 5, wishes: import('../model/connect.mjs').Wishes }} ClientTerms
 */

/** Cuts a server's bytes into packets; throws on bytes that a server may not send to such a client. */
export class ServerPackets {
  #unread = Buffer.alloc(0)
  #onPacket
  #terms
  #packets5 = new ServerPackets5()

  /**
   * @param {(packet: ServerPacket) => void} onPacket
   * @param {() => ClientTerms} terms
   */
  constructor(onPacket, terms) {
    this.#onPacket = onPacket
    this.#terms = terms
  }

  /** @param {Buffer} bytes */
  push(bytes) {
    let unread = this.#unread.length > 0 ? Buffer.concat([this.#unread, bytes]) : bytes
    for (;;) {
      const size = packetSize(unread)
      if (size === null || unread.length < size.end) break
      this.#onPacket(this.#read(unread[0] ?? 0, unread.subarray(size.body, size.end), size.end))
      unread = unread.subarray(size.end)
    }
    this.#unread = Buffer.from(unread)
  }

  /**
   * @param {number} first
   * @param {Buffer} body
   * @param {number} packetBytes
   */
  #read(first, body, packetBytes) {
    const { version, wishes } = this.#terms()
    if (version < 5) return readPacket(first, body)
    if (packetBytes > wishes.maximumPacketSize)
      throw new Error(
        `the broker sent ${packetBytes} bytes to a client that takes ${wishes.maximumPacketSize}`,
      )
    return this.#packets5.read(first, body, wishes)
  }
}

/** @param {Buffer} bytes */
function packetSize(bytes) {
  let length = 0
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[i]
    if (byte === undefined) return null
    length += (byte & 127) * 128 ** (i - 1)
    if (byte < 128) return { body: i + 1, end: i + 1 + length }
  }
  throw new Error('the broker sent a remaining length of more than four bytes')
}

/**
 * @param {number} first
 * @param {Buffer} body
 * @returns {ServerPacket}
 */
function readPacket(first, body) {
  const type = first >> 4
  const flags = first & 15
  if (type === 3) return readPublish(flags, body)
  const expected = lengths[type]
  if (expected === undefined) throw new Error(`the broker sent a packet of type ${type}`)
  if (body.length < expected || (type !== 2 && type !== 9 && body.length > expected))
    throw new Error(`the broker sent a packet of type ${type} with ${body.length} bytes`)
  if (flags !== (type === 6 ? 2 : 0)) throw new Error(`the broker sent type ${type} with flags ${flags}`)
  if (type === 2) return { type, flags, id: 0, topic: '', body }
  const id = expected > 0 ? body.readUInt16BE(0) : 0
  return { type, flags, id, topic: '', body: body.subarray(expected > 0 ? 2 : 0) }
}

/** Least lengths of the bodies of what a server may send. @type {Partial<Record<number, number>>} */
const lengths = { 2: 2, 4: 2, 5: 2, 6: 2, 7: 2, 9: 3, 11: 2, 13: 0 }

/**
 * @param {number} flags
 * @param {Buffer} body
 * @returns {ServerPacket}
 */
function readPublish(flags, body) {
  const qos = (flags >> 1) & 3
  const topicEnd = 2 + body.readUInt16BE(0)
  const bytes = body.subarray(2, topicEnd)
  const topic = bytes.toString()
  if (qos === 3 || topicEnd > body.length) throw new Error('the broker sent a broken PUBLISH')
  if (!isUtf8(bytes) || topic === '' || /[+#\0]/.test(topic))
    throw new Error(`the broker sent an illegal topic: ${JSON.stringify(topic)}`)
  const id = qos > 0 ? body.readUInt16BE(topicEnd) : 0
  if (qos > 0 && id === 0) throw new Error('the broker sent a PUBLISH with packet id 0')
  return { type: 3, flags, id, topic, body: body.subarray(topicEnd + (qos > 0 ? 2 : 0)) }
}
