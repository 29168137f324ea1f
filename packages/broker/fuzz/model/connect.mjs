import { limits } from '../target/limits.mjs'
import { refusedUsers } from './rules.mjs'
import { Fields, isOversized, topicProblem } from './text.mjs'

/**
 * How a server must treat a CONNECT: `problem` is why it must end the connection, `excuse` why it may.
 * @typedef {{ problem: string | null, excuse: string | null, clientId: string }} ConnectVerdict
 */

/**
 * Judges a CONNECT by section 3.1 of MQTT 3.1.1, written from the specification and not from the broker.
 * @param {number} first
 * @param {Buffer} body
 * @returns {ConnectVerdict}
 */
export function judgeConnect(first, body) {
  const fields = new Fields(body)
  if (first & 15) return bad('reserved bits of CONNECT')
  const name = fields.text()
  const level = fields.byte()
  const flags = fields.byte()
  const keepAlive = fields.uint16()
  if (name !== 'MQTT' && name !== 'MQIsdp') return bad('protocol name')
  if (level !== (name === 'MQTT' ? 4 : 3)) return bad('protocol level')
  if (flags === null || keepAlive === null) return bad('short CONNECT')
  if (flags & 1) return bad('reserved connect flag')
  if (!(flags & 4) && flags & 0x38) return bad('will flags without a will')
  if ((flags & 0x18) === 0x18) return bad('will QoS 3')
  if (flags & 64 && !(flags & 128) && level === 4) return bad('password without a user name')
  const clientId = fields.text()
  if (clientId === null) return bad('client id')
  if (clientId === '' && (!(flags & 2) || level === 3)) return bad('empty client id')
  if (Buffer.byteLength(clientId) > limits.maxClientIdBytes) return bad('client id too long')
  const will = flags & 4 ? judgeWill(fields) : null
  if (will) return bad(will)
  const username = flags & 128 ? fields.text() : ''
  if (username === null) return bad('user name')
  if (flags & 64 && fields.binary() === null) return bad('password')
  if (refusedUsers.includes(username)) return bad(`user ${username}`)
  if (fields.left > 0) return { problem: null, excuse: 'bytes after CONNECT', clientId }
  return { problem: null, excuse: keepAlive > 0 && keepAlive < 60 ? 'keep alive' : null, clientId }
}

/** @param {Fields} fields */
function judgeWill(fields) {
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
const bad = (problem) => ({ problem, excuse: null, clientId: '' })
