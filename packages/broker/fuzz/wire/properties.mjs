import { field, remainingLength, uint16 } from './packets.mjs'

/** @typedef {import('./packets.mjs').Bytes} Bytes */

/** Identifiers of the properties of MQTT 5 (table 2-4). */
export const ids = {
  payloadFormat: 0x01,
  messageExpiry: 0x02,
  contentType: 0x03,
  responseTopic: 0x08,
  correlationData: 0x09,
  subscriptionIdentifier: 0x0b,
  sessionExpiry: 0x11,
  assignedClientId: 0x12,
  serverKeepAlive: 0x13,
  authenticationMethod: 0x15,
  authenticationData: 0x16,
  requestProblemInformation: 0x17,
  willDelay: 0x18,
  requestResponseInformation: 0x19,
  responseInformation: 0x1a,
  serverReference: 0x1c,
  reasonString: 0x1f,
  receiveMaximum: 0x21,
  topicAliasMaximum: 0x22,
  topicAlias: 0x23,
  maximumQos: 0x24,
  retainAvailable: 0x25,
  user: 0x26,
  maximumPacketSize: 0x27,
  wildcardAvailable: 0x28,
  identifiersAvailable: 0x29,
  sharedAvailable: 0x2a,
}

/** How the value of each property is encoded. @type {Map<number, 'byte' | 'uint16' | 'uint32' | 'varint' | 'text' | 'binary' | 'pair'>} */
export const types = new Map([
  [ids.payloadFormat, 'byte'],
  [ids.messageExpiry, 'uint32'],
  [ids.contentType, 'text'],
  [ids.responseTopic, 'text'],
  [ids.correlationData, 'binary'],
  [ids.subscriptionIdentifier, 'varint'],
  [ids.sessionExpiry, 'uint32'],
  [ids.assignedClientId, 'text'],
  [ids.serverKeepAlive, 'uint16'],
  [ids.authenticationMethod, 'text'],
  [ids.authenticationData, 'binary'],
  [ids.requestProblemInformation, 'byte'],
  [ids.willDelay, 'uint32'],
  [ids.requestResponseInformation, 'byte'],
  [ids.responseInformation, 'text'],
  [ids.serverReference, 'text'],
  [ids.reasonString, 'text'],
  [ids.receiveMaximum, 'uint16'],
  [ids.topicAliasMaximum, 'uint16'],
  [ids.topicAlias, 'uint16'],
  [ids.maximumQos, 'byte'],
  [ids.retainAvailable, 'byte'],
  [ids.user, 'pair'],
  [ids.maximumPacketSize, 'uint32'],
  [ids.wildcardAvailable, 'byte'],
  [ids.identifiersAvailable, 'byte'],
  [ids.sharedAvailable, 'byte'],
])

/**
 * One property, legal or not.
 * @param {number} id
 * @param {number | Bytes | readonly [Bytes, Bytes]} value
 */
export function property(id, value) {
  if (Array.isArray(value)) return Buffer.concat([Buffer.of(id), field(value[0]), field(value[1])])
  if (typeof value !== 'number') return Buffer.concat([Buffer.of(id), field(/** @type {Bytes} */ (value))])
  return Buffer.concat([Buffer.of(id), number(types.get(id), value)])
}

/**
 * Properties behind their length.
 * @param {Buffer[]} properties
 */
export function section(properties) {
  const all = Buffer.concat(properties)
  return Buffer.concat([remainingLength(all.length), all])
}

/**
 * @param {string | undefined} type
 * @param {number} value
 */
function number(type, value) {
  if (type === 'uint16') return uint16(value)
  if (type === 'varint') return remainingLength(value)
  if (type !== 'uint32') return Buffer.of(value & 255)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
