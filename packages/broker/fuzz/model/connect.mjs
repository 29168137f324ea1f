import { limits } from '../target/limits.mjs'
import { ids } from '../wire/properties.mjs'
import { numberOf, readProperties } from './properties.mjs'
import { refusedUsers } from './rules.mjs'
import { Fields, isOversized, topicProblem } from './text.mjs'

/**
 * How a server must treat a CONNECT: `problem` is why it must end the connection, `excuse` why it may.
 * @typedef {object} ConnectVerdict
 * @property {string | null} problem
 * @property {string | null} excuse
 * @property {string} clientId
 * @property {3 | 4 | 5} version of MQTT, by the protocol level
 * @property {Wishes} wishes
 *
 * What a client of MQTT 5 asks of the server; others take everything.
 * @typedef {{ receiveMaximum: number, maximumPacketSize: number, topicAliasMaximum: number }} Wishes
 */

/** @type {Wishes} */
export const noWishes = { receiveMaximum: 65_535, maximumPacketSize: 2 ** 28 + 4, topicAliasMaximum: 0 }

/**
 * Judges a CONNECT by section 3.1 of MQTT 3.1.1 and of MQTT 5, written from the specification and not from the broker.
 * @param {number} first
 * @param {Buffer} body
 * @returns {ConnectVerdict}
 */
export function judgeConnect(first, body) {
  const fields = new Fields(body)
  const name = fields.text()
  if (first & 15 && name !== 'MQIsdp') return bad('reserved bits of CONNECT')
  const level = fields.byte()
  const flags = fields.byte()
  const keepAlive = fields.uint16()
  if (name !== 'MQTT' && name !== 'MQIsdp') return bad('protocol name')
  const version = versionOf(name, level)
  if (version === null) return bad('protocol level')
  if (flags === null || keepAlive === null) return bad('short CONNECT')
  // MQTT 3.1 does not use bit 0, and disregards the other bits of a will that is not there.
  const usedFlags = version !== 3 ? flags : flags & 4 ? flags & ~1 : flags & ~0x39
  if (usedFlags & 1) return bad('reserved connect flag')
  if (!(usedFlags & 4) && usedFlags & 0x38) return bad('will flags without a will')
  if ((usedFlags & 0x18) === 0x18) return bad('will QoS 3')
  if (flags & 64 && !(flags & 128) && version === 4) return bad('password without a user name')
  const properties = version === 5 ? readProperties(fields, 'connect') : new Map()
  if (typeof properties === 'string') return bad(properties)
  if (properties.has(ids.authenticationMethod) || properties.has(ids.authenticationData))
    return bad('enhanced authentication')
  const clientId = fields.text()
  if (clientId === null) return bad('client id')
  if (clientId === '' && version < 5 && (!(flags & 2) || version === 3)) return bad('empty client id')
  if (Buffer.byteLength(clientId) > limits.maxClientIdBytes) return bad('client id too long')
  const will = flags & 4 ? judgeWill(fields, version) : null
  if (will) return bad(will)
  // In MQTT 3.1 user name and password may be missing although their flags are set.
  const mayLack = version === 3
  const username = flags & 128 && !(mayLack && fields.left === 0) ? fields.text() : ''
  if (username === null) return bad('user name')
  if (flags & 64 && !(mayLack && fields.left === 0) && fields.binary() === null) return bad('password')
  if (refusedUsers.includes(username)) return bad(`user ${username}`)
  if (fields.left > 0 && version === 5) return bad('bytes after CONNECT')
  const excuse =
    fields.left > 0 ? 'bytes after CONNECT' : keepAlive > 0 && keepAlive < 60 ? 'keep alive' : null
  return {
    problem: null,
    excuse: level === null || level < 128 ? excuse : 'bridge',
    clientId,
    version,
    wishes: wishesOf(properties),
  }
}

/**
 * A bridge of mosquitto sets the highest bit of the level.
 * @param {string} name
 * @param {number | null} level
 */
function versionOf(name, level) {
  if (name === 'MQIsdp') return level === 3 || level === 0x83 ? 3 : null
  if (level === 4 || level === 0x84) return 4
  return level === 5 ? 5 : null
}

/** @param {import('./properties.mjs').Properties} properties */
function wishesOf(properties) {
  return {
    receiveMaximum: numberOf(properties, ids.receiveMaximum, noWishes.receiveMaximum),
    maximumPacketSize: numberOf(properties, ids.maximumPacketSize, noWishes.maximumPacketSize),
    topicAliasMaximum: numberOf(properties, ids.topicAliasMaximum, noWishes.topicAliasMaximum),
  }
}

/**
 * @param {Fields} fields
 * @param {number} version
 */
function judgeWill(fields, version) {
  const properties = version === 5 ? readProperties(fields, 'will') : null
  if (typeof properties === 'string') return `will ${properties}`
  const topic = fields.text()
  const payload = fields.binary()
  if (topic === null || payload === null) return 'will'
  if (topicProblem(topic) || isOversized(topic, limits)) return 'will topic'
  return payload.length > limits.maxWillBytes ? 'will too large' : null
}

/**
 * @param {string} problem
 * @returns {ConnectVerdict}
 */
const bad = (problem) => ({ problem, excuse: null, clientId: '', version: 4, wishes: noWishes })
