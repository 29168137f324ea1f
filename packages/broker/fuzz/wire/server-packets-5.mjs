import { numberOf, readProperties } from '../model/properties.mjs'
import { Fields } from '../model/text.mjs'
import { ids } from './properties.mjs'

/** @typedef {import('./server-packets.mjs').ServerPacket} ServerPacket */
/** @typedef {import('../model/connect.mjs').Wishes} Wishes */

/** Reason codes that a server may send, by packet type. @type {Record<number, number[]>} */
const codes = {
  2: [
    0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99,
    0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
  ],
  4: [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  5: [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  6: [0x00, 0x92],
  7: [0x00, 0x92],
  9: [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
  11: [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91],
  14: [
    0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97,
    0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
  ],
}

/** Reads what a server of MQTT 5 sends on one connection; throws on what it may not send. */
export class ServerPackets5 {
  /** @type {Map<number, string>} */
  #aliases = new Map()
  #ended = false

  /**
   * @param {number} first
   * @param {Buffer} body
   * @param {Wishes} wishes
   * @returns {ServerPacket}
   */
  read(first, body, wishes) {
    const type = first >> 4
    const flags = first & 15
    if (this.#ended) throw new Error(`the broker sent a packet of type ${type} behind DISCONNECT`)
    if (type === 3) return this.#publish(flags, new Fields(body), wishes)
    if (flags !== (type === 6 ? 2 : 0)) throw new Error(`the broker sent type ${type} with flags ${flags}`)
    const fields = new Fields(body)
    if (type === 2) return connack(flags, fields, body)
    if (type === 9 || type === 11) return filterAnswer(type, flags, fields)
    if (type >= 4 && type <= 7) return acknowledgement(type, flags, fields)
    if (type === 14) this.#ended = true
    if (type === 14) return disconnect(flags, fields)
    if (type !== 13 || body.length > 0) throw new Error(`the broker sent a packet of type ${type}`)
    return { type, flags, id: 0, topic: '', body }
  }

  /**
   * @param {number} flags
   * @param {Fields} fields
   * @param {Wishes} wishes
   * @returns {ServerPacket}
   */
  #publish(flags, fields, wishes) {
    const qos = (flags >> 1) & 3
    const name = fields.text()
    const id = qos > 0 ? fields.uint16() : 0
    if (qos === 3 || name === null || id === null) throw new Error('the broker sent a broken PUBLISH')
    if (qos > 0 && id === 0) throw new Error('the broker sent a PUBLISH with packet id 0')
    const properties = legal(readProperties(fields, 'publishFromServer'), 'PUBLISH')
    const alias = numberOf(properties, ids.topicAlias, 0)
    if (alias > wishes.topicAliasMaximum) throw new Error(`the broker sent topic alias ${alias}`)
    if (alias > 0 && name !== '') this.#aliases.set(alias, name)
    const topic = name === '' ? this.#aliases.get(alias) : name
    if (topic === undefined || /[+#]/.test(topic))
      throw new Error(`the broker sent an illegal topic: ${JSON.stringify(name)}, alias ${alias}`)
    return { type: 3, flags, id, topic, body: fields.bytes.subarray(fields.at) }
  }
}

/**
 * @param {number} flags
 * @param {Fields} fields
 * @param {Buffer} body
 * @returns {ServerPacket}
 */
function connack(flags, fields, body) {
  const present = fields.byte()
  const code = fields.byte()
  if (present === null || present > 1 || code === null) throw new Error('the broker sent a broken CONNACK')
  // A CONNECT of another version is refused in a form that its client understands.
  if (fields.left > 0 || code === 0) {
    legal(readProperties(fields, 'connack'), 'CONNACK')
    listed(2, code)
  }
  if (code > 0 && present > 0) throw new Error('the broker refused a client and told of a session')
  return { type: 2, flags, id: 0, topic: '', body }
}

/**
 * @param {number} type
 * @param {number} flags
 * @param {Fields} fields
 * @returns {ServerPacket}
 */
function filterAnswer(type, flags, fields) {
  const id = fields.uint16()
  legal(readProperties(fields, 'acknowledgement'), `type ${type}`)
  const body = fields.bytes.subarray(fields.at)
  if (id === null || body.length === 0) throw new Error(`the broker sent an empty packet of type ${type}`)
  for (const code of body) listed(type, code)
  return { type, flags, id, topic: '', body }
}

/**
 * @param {number} type
 * @param {number} flags
 * @param {Fields} fields
 * @returns {ServerPacket}
 */
function acknowledgement(type, flags, fields) {
  const id = fields.uint16()
  if (id === null) throw new Error(`the broker sent a packet of type ${type} without an id`)
  const body = fields.bytes.subarray(fields.at)
  if (fields.left > 0) listed(type, fields.byte() ?? 0)
  if (fields.left > 0) legal(readProperties(fields, 'acknowledgement'), `type ${type}`)
  if (fields.left > 0) throw new Error(`the broker sent bytes behind a packet of type ${type}`)
  return { type, flags, id, topic: '', body }
}

/**
 * @param {number} flags
 * @param {Fields} fields
 * @returns {ServerPacket}
 */
function disconnect(flags, fields) {
  if (fields.left > 0) listed(14, fields.byte() ?? 0)
  if (fields.left > 0) legal(readProperties(fields, 'disconnectFromServer'), 'DISCONNECT')
  if (fields.left > 0) throw new Error('the broker sent bytes behind DISCONNECT')
  return { type: 14, flags, id: 0, topic: '', body: fields.bytes }
}

/**
 * @param {import('../model/properties.mjs').Properties | string} properties
 * @param {string} where
 */
function legal(properties, where) {
  if (typeof properties === 'string') throw new Error(`the broker sent ${where} with ${properties}`)
  return properties
}

/**
 * @param {number} type
 * @param {number} code
 */
function listed(type, code) {
  if (!codes[type]?.includes(code)) throw new Error(`the broker sent type ${type} with reason code ${code}`)
}
