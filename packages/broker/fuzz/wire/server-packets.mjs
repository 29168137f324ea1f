import { isUtf8 } from 'node:buffer'

/**
 * What the broker sent: `type` is the high half of the first byte.
 * @typedef {object} ServerPacket
 * @property {number} type
 * @property {number} flags
 * @property {number} id 0 when the packet has none
 * @property {string} topic of a PUBLISH
 * @property {Buffer} body payload of a PUBLISH, codes of a SUBACK, body of a CONNACK
 */

/** Cuts a server's bytes into packets; throws on bytes that MQTT 3.1.1 forbids a server to send. */
export class ServerPackets {
  #unread = Buffer.alloc(0)
  #onPacket

  /** @param {(packet: ServerPacket) => void} onPacket */
  constructor(onPacket) {
    this.#onPacket = onPacket
  }

  /** @param {Buffer} bytes */
  push(bytes) {
    let unread = this.#unread.length > 0 ? Buffer.concat([this.#unread, bytes]) : bytes
    for (;;) {
      const size = packetSize(unread)
      if (size === null || unread.length < size.end) break
      this.#onPacket(readPacket(unread[0] ?? 0, unread.subarray(size.body, size.end)))
      unread = unread.subarray(size.end)
    }
    this.#unread = Buffer.from(unread)
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
