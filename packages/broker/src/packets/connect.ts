import type { ProtocolVersion, Qos, UserProperty } from '../interface/types.js'
import { Cursor } from './cursor.js'
import type { Packet } from './packet-reader.js'
import { Properties, readProperties } from './properties.js'
import { allowedProperties, Property } from './property.js'
import { PropertyWriter } from './property-writer.js'
import { topicProblem } from './topic.js'
import { Violation } from './violation.js'

/** The message of a will. */
export interface WillContent {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: Qos
  readonly retain: boolean
  /** -1 for a message that does not expire. */
  readonly expirySeconds: number
  /** The properties that are passed on with the message as they are, encoded; null for none. */
  readonly properties: Buffer | null
}

export interface Will extends WillContent {
  /** From the end of the connection to the sending of the will, or to the end of the session if that is sooner. */
  readonly delaySeconds: number
}

export interface ConnectPacket {
  protocolVersion: ProtocolVersion
  /** It says that it is a bridge, as mosquitto does by bit 7 of the protocol level (`try_private`). MQTT 3.x only. */
  isBridge: boolean
  clientId: string
  /** Clean session, in MQTT 5 clean start: a stored session is discarded. */
  clean: boolean
  keepAliveSeconds: number
  will: Will | null
  username?: string
  password?: Buffer
  /** Null before MQTT 5. */
  properties: ConnectProperties | null
}

/** The properties of a CONNECT (MQTT 5, section 3.1.2.11), with the defaults of the specification. */
export interface ConnectProperties {
  /** How long the session outlives the connection; `Infinity` for 0xFFFFFFFF. */
  sessionExpirySeconds: number
  receiveMaximum: number
  /** `Infinity` when the client states none. */
  maximumPacketSize: number
  topicAliasMaximum: number
  requestProblemInformation: boolean
  requestResponseInformation: boolean
  authenticationMethod: string | undefined
  userProperties: readonly UserProperty[]
}

/** What names a client. */
export interface ClientIdentity {
  clientId?: string
  username?: string
}

export type ConnectOutcome =
  | { kind: 'connect'; connect: ConnectPacket }
  | { kind: 'unsupported'; level: number }
  | { kind: 'malformed'; version: ProtocolVersion | null; violation: Violation }

/**
 * Reads a CONNECT of MQTT 3.1, 3.1.1 or 5 (section 3.1), strictly: a packet that a server must refuse comes back as
 * malformed or unsupported. The caller checks whether ids and topics are acceptable.
 */
export function readConnect(packet: Packet): ConnectOutcome {
  const cursor = Cursor.ofBody(packet)
  const hasFlags = ((packet.bytes.buffer[packet.start] ?? 0) & 15) !== 0
  const name = cursor.text()
  // MQTT 3.1 does not use the flags of this packet.
  if (hasFlags && name !== 'MQIsdp') return malformed(null, 'reserved bits in the fixed header')
  const level = cursor.byte()
  if (name !== 'MQTT' && name !== 'MQIsdp') return malformed(null, 'protocol name')
  if (level < 0) return malformed(null, 'protocol level')
  const version = versionOf(name, level)
  if (version === null) return { kind: 'unsupported', level }
  const connect = readBehindLevel(cursor, version, (level & bridgeBit) !== 0)
  return connect instanceof Violation
    ? { kind: 'malformed', version, violation: connect }
    : { kind: 'connect', connect }
}

/** The level without `bridgeBit`, when the protocol of this name has it. */
function versionOf(name: string, level: number): ProtocolVersion | null {
  const plain = level & ~bridgeBit
  if (name === 'MQIsdp') return plain === 3 ? 3 : null
  if (plain === 4) return 4
  return level === 5 ? 5 : null
}

function readBehindLevel(
  cursor: Cursor,
  version: ProtocolVersion,
  isBridge: boolean,
): ConnectPacket | Violation {
  const flags = cursor.byte()
  const keepAliveSeconds = cursor.uint16()
  if (keepAliveSeconds < 0) return violation('truncated header')
  const problem = flagsProblem(flags, version)
  if (problem) return violation(problem)
  const properties = version === 5 ? readConnectProperties(cursor) : null
  if (properties instanceof Violation) return properties
  const clientId = cursor.text()
  if (clientId === null) return violation('client id')
  const will = flags & 4 ? readWill(cursor, flags, version) : null
  if (will instanceof Violation) return will
  // In MQTT 3.1 the length of the packet takes precedence over the flags of user name and password.
  const mayLack = version === 3
  const username = flags & 128 && !(mayLack && cursor.done) ? cursor.text() : undefined
  if (username === null) return violation('user name')
  const password = flags & 64 && !(mayLack && cursor.done) ? cursor.binary() : undefined
  if (password === null) return violation('password')
  if (!cursor.done) return violation('bytes after the payload')
  const clean = (flags & 2) !== 0
  const connect: ConnectPacket = {
    protocolVersion: version,
    isBridge,
    clientId,
    clean,
    keepAliveSeconds,
    will,
    properties,
  }
  if (username !== undefined) connect.username = username
  // Copied, so that it does not hold the whole chunk in which it came.
  if (password !== undefined) connect.password = Buffer.from(password)
  return connect
}

function flagsProblem(flags: number, version: ProtocolVersion): string | null {
  // MQTT 3.1 does not use bit 0, and disregards the other bits of a will that is not there.
  if (version === 3) return (flags & 0x1c) === 0x1c ? 'will QoS 3' : null
  if (flags & 1) return 'reserved connect flag'
  if (!(flags & 4) && flags & 0x38) return 'will flags without a will'
  if ((flags & 0x18) === 0x18) return 'will QoS 3'
  if (version === 4 && flags & 64 && !(flags & 128)) return 'password without a user name'
  return null
}

function readConnectProperties(cursor: Cursor): ConnectProperties | Violation {
  const properties = readProperties(cursor, allowedProperties.connect)
  if (properties instanceof Violation) return properties
  if (properties.has(Property.authenticationData) && !properties.has(Property.authenticationMethod))
    return Violation.protocol('CONNECT: authentication data without a method')
  const expiry = properties.number(Property.sessionExpiryInterval) ?? 0
  return {
    sessionExpirySeconds: expiry === 0xffffffff ? Number.POSITIVE_INFINITY : expiry,
    receiveMaximum: properties.number(Property.receiveMaximum) ?? 65_535,
    maximumPacketSize: properties.number(Property.maximumPacketSize) ?? Number.POSITIVE_INFINITY,
    topicAliasMaximum: properties.number(Property.topicAliasMaximum) ?? 0,
    requestProblemInformation: properties.number(Property.requestProblemInformation) !== 0,
    requestResponseInformation: properties.number(Property.requestResponseInformation) === 1,
    authenticationMethod: properties.text(Property.authenticationMethod),
    userProperties: properties.userProperties,
  }
}

function readWill(cursor: Cursor, flags: number, version: ProtocolVersion): Will | Violation {
  const properties = version === 5 ? readProperties(cursor, allowedProperties.will) : Properties.none
  if (properties instanceof Violation) return properties
  const responseTopic = properties.text(Property.responseTopic)
  if (responseTopic !== undefined && topicProblem(responseTopic, Number.POSITIVE_INFINITY))
    return Violation.protocol('CONNECT: response topic of the will')
  const topic = cursor.text()
  const payload = cursor.binary()
  if (topic === null || payload === null) return violation('will')
  const copy = Buffer.allocUnsafeSlow(payload.length)
  copy.set(payload)
  return {
    topic,
    payload: copy,
    qos: ((flags >> 3) & 3) as Qos,
    retain: (flags & 32) !== 0,
    delaySeconds: properties.number(Property.willDelayInterval) ?? 0,
    expirySeconds: properties.number(Property.messageExpiryInterval) ?? -1,
    properties: forwarded(properties),
  }
}

/** The properties of a will that leave with it, encoded. */
function forwarded(properties: Properties): Buffer | null {
  if (properties === Properties.none) return null
  const writer = new PropertyWriter()
    .add(Property.payloadFormatIndicator, properties.number(Property.payloadFormatIndicator))
    .add(Property.contentType, properties.text(Property.contentType))
    .add(Property.responseTopic, properties.text(Property.responseTopic))
    .add(Property.correlationData, properties.binary(Property.correlationData))
  for (const property of properties.userProperties) writer.user(property)
  return writer.bytes > 0 ? writer.content() : null
}

/** Bit 7 of the protocol level. */
const bridgeBit = 0x80

function violation(detail: string): Violation {
  return Violation.malformed(`CONNECT: ${detail}`)
}

function malformed(version: ProtocolVersion | null, detail: string): ConnectOutcome {
  return { kind: 'malformed', version, violation: violation(detail) }
}
