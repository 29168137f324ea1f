import { ids, types } from '../wire/properties.mjs'
import { topicProblem } from './text.mjs'

/**
 * Where each property may be (MQTT 5, table 2-4), by the packet that a client or a server sends.
 * @satisfies {Record<string, number[]>}
 */
const allowed = {
  connect: [
    ids.sessionExpiry,
    ids.receiveMaximum,
    ids.maximumPacketSize,
    ids.topicAliasMaximum,
    ids.requestResponseInformation,
    ids.requestProblemInformation,
    ids.user,
    ids.authenticationMethod,
    ids.authenticationData,
  ],
  will: [
    ids.willDelay,
    ids.payloadFormat,
    ids.messageExpiry,
    ids.contentType,
    ids.responseTopic,
    ids.correlationData,
    ids.user,
  ],
  connack: [
    ids.sessionExpiry,
    ids.receiveMaximum,
    ids.maximumQos,
    ids.retainAvailable,
    ids.maximumPacketSize,
    ids.assignedClientId,
    ids.topicAliasMaximum,
    ids.reasonString,
    ids.user,
    ids.wildcardAvailable,
    ids.identifiersAvailable,
    ids.sharedAvailable,
    ids.serverKeepAlive,
    ids.responseInformation,
    ids.serverReference,
    ids.authenticationMethod,
    ids.authenticationData,
  ],
  publishFromClient: [
    ids.payloadFormat,
    ids.messageExpiry,
    ids.topicAlias,
    ids.responseTopic,
    ids.correlationData,
    ids.user,
    ids.contentType,
  ],
  publishFromServer: [
    ids.payloadFormat,
    ids.messageExpiry,
    ids.topicAlias,
    ids.responseTopic,
    ids.correlationData,
    ids.user,
    ids.subscriptionIdentifier,
    ids.contentType,
  ],
  acknowledgement: [ids.reasonString, ids.user],
  subscribe: [ids.subscriptionIdentifier, ids.user],
  unsubscribe: [ids.user],
  disconnectFromClient: [ids.sessionExpiry, ids.reasonString, ids.user],
  disconnectFromServer: [ids.reasonString, ids.user, ids.serverReference],
}

/** Properties whose value may not be 0. @type {number[]} */
const neverZero = [ids.receiveMaximum, ids.maximumPacketSize, ids.subscriptionIdentifier, ids.topicAlias]

/** Properties whose value is 0 or 1. @type {number[]} */
const flags = [
  ids.payloadFormat,
  ids.requestProblemInformation,
  ids.requestResponseInformation,
  ids.maximumQos,
  ids.retainAvailable,
  ids.wildcardAvailable,
  ids.identifiersAvailable,
  ids.sharedAvailable,
]

/** @typedef {keyof typeof allowed} Place */
/** @typedef {Map<number, (number | string | Buffer)[]>} Properties values by identifier */

/**
 * Reads the properties of a packet, or tells what is wrong with them.
 * @param {import('./text.mjs').Fields} fields
 * @param {Place} place
 * @returns {Properties | string}
 */
export function readProperties(fields, place) {
  const length = fields.varint()
  if (length === null || length > fields.left) return 'property length'
  const end = fields.at + length
  /** @type {Properties} */
  const found = new Map()
  while (fields.at < end) {
    const id = fields.varint()
    const value = id === null ? null : readValue(fields, id)
    if (id === null || value === null || fields.at > end) return 'property cut short'
    if (!allowed[place].includes(id)) return `property ${id} in ${place}`
    const problem = valueProblem(id, value)
    if (problem) return problem
    const values = found.get(id) ?? []
    const mayRepeat = id === ids.user || (place === 'publishFromServer' && id === ids.subscriptionIdentifier)
    if (values.length > 0 && !mayRepeat) return `property ${id} twice`
    found.set(id, [...values, value])
  }
  return found
}

/**
 * @param {Properties} properties
 * @param {number} id
 * @param {number} otherwise
 */
export function numberOf(properties, id, otherwise) {
  const [value] = properties.get(id) ?? []
  return typeof value === 'number' ? value : otherwise
}

/**
 * @param {import('./text.mjs').Fields} fields
 * @param {number} id
 */
function readValue(fields, id) {
  const type = types.get(id)
  if (type === 'byte') return fields.byte()
  if (type === 'uint16') return fields.uint16()
  if (type === 'uint32') return fields.uint32()
  if (type === 'varint') return fields.varint()
  if (type === 'text') return fields.text()
  if (type === 'binary') return fields.binary()
  if (type !== 'pair') return null
  const name = fields.text()
  const value = fields.text()
  return name === null || value === null ? null : `${name}: ${value}`
}

/**
 * @param {number} id
 * @param {number | string | Buffer} value
 */
function valueProblem(id, value) {
  if (value === 0 && neverZero.includes(id)) return `property ${id} is 0`
  if (typeof value === 'number' && value > 1 && flags.includes(id)) return `property ${id} is ${value}`
  if (id === ids.responseTopic) return topicProblem(String(value)) && 'response topic'
  return null
}
