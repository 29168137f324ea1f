import { ReasonCode } from '../interface/reason-code.js'
import type { ProtocolVersion } from '../interface/types.js'
import { Cursor } from './cursor.js'
import { PacketType } from './encode.js'
import type { Packet } from './packet-reader.js'
import { Properties, readProperties } from './properties.js'
import { allowedProperties, Property } from './property.js'
import { hasAskingFlags } from './subscribe.js'
import { Violation } from './violation.js'

/** A PUBACK, PUBREC, PUBREL or PUBCOMP of a client. */
export interface AcknowledgementPacket {
  packetId: number
  code: number
}

/**
 * The packet id of a PUBACK, PUBREC, PUBREL or PUBCOMP that has nothing else, as nearly all have; 0 for one that has to be
 * read whole.
 */
export function packetIdAlone({ bytes, start, body, end }: Packet, type: number): number {
  const { view } = bytes
  const flags = type === PacketType.pubrel ? 2 : 0
  return end - body === 2 && (view.getUint8(start) & 15) === flags ? view.getUint16(body) : 0
}

/** Reads a PUBACK, PUBREC, PUBREL or PUBCOMP (section 3.4 to 3.7). */
export function readAcknowledgement(
  packet: Packet,
  version: ProtocolVersion,
): AcknowledgementPacket | Violation {
  const { bytes, start, body, end } = packet
  const first = bytes.buffer[start] ?? 0
  const type = first >> 4
  const isRelease = type === PacketType.pubrel
  // MQTT 3.1 does not use the flags of the other three packets.
  const hasFlags = isRelease ? hasAskingFlags(first, version) : (first & 15) === 0 || version === 3
  if (!hasFlags) return Violation.malformed('reserved bits in the fixed header')
  const isLong = end - body !== 2
  if (isLong && version !== 5) return Violation.malformed('packet length')
  const read = isLong ? readLong(packet, type) : { packetId: bytes.view.getUint16(body), code: 0 }
  // [MQTT-2.3.1-1]
  if (!(read instanceof Violation) && read.packetId === 0)
    return Violation.protocol('acknowledgement: packet id 0')
  return read
}

/** With a reason code, in MQTT 5. */
function readLong(packet: Packet, type: number): AcknowledgementPacket | Violation {
  const cursor = Cursor.ofBody(packet)
  const packetId = cursor.uint16()
  const code = cursor.byte()
  if (packetId < 0 || code < 0) return Violation.malformed('acknowledgement: packet length')
  if (!codesOf(type).has(code)) return Violation.protocol(`acknowledgement: reason code ${code}`)
  const properties = cursor.done ? Properties.none : readProperties(cursor, allowedProperties.acknowledgement)
  if (properties instanceof Violation) return properties
  return cursor.done
    ? { packetId, code }
    : Violation.malformed('acknowledgement: bytes behind the properties')
}

/** A DISCONNECT (section 3.14). */
export interface DisconnectPacket {
  code: number
  /** Undefined when it stays as it is. */
  sessionExpirySeconds: number | undefined
}

/** Only MQTT 5 has anything in it. */
export function readDisconnect(packet: Packet, version: ProtocolVersion): DisconnectPacket | Violation {
  const cursor = Cursor.ofBody(packet)
  if (cursor.done) return { code: ReasonCode.success, sessionExpirySeconds: undefined }
  if (version !== 5) return Violation.malformed('DISCONNECT: packet length')
  const code = cursor.byte()
  if (!disconnectCodes.has(code)) return Violation.protocol(`DISCONNECT: reason code ${code}`)
  const properties = cursor.done ? Properties.none : readProperties(cursor, allowedProperties.disconnect)
  if (properties instanceof Violation) return properties
  if (!cursor.done) return Violation.malformed('DISCONNECT: bytes behind the properties')
  const expiry = properties.number(Property.sessionExpiryInterval)
  const sessionExpirySeconds = expiry === 0xffffffff ? Number.POSITIVE_INFINITY : expiry
  return { code, sessionExpirySeconds }
}

function codesOf(type: number): ReadonlySet<number> {
  return type === PacketType.puback || type === PacketType.pubrec ? receiptCodes : releaseCodes
}

const receiptCodes = new Set<number>([
  ReasonCode.success,
  0x10, // no matching subscribers
  ReasonCode.unspecifiedError,
  ReasonCode.implementationSpecificError,
  ReasonCode.notAuthorized,
  ReasonCode.topicNameInvalid,
  0x91, // packet identifier in use
  ReasonCode.quotaExceeded,
  ReasonCode.payloadFormatInvalid,
])
const releaseCodes = new Set<number>([ReasonCode.success, ReasonCode.packetIdentifierNotFound])
/** Those that a client may send (section 3.14.2.1). */
const disconnectCodes = new Set<number>([
  ReasonCode.success,
  ReasonCode.disconnectWithWill,
  ReasonCode.unspecifiedError,
  ReasonCode.malformedPacket,
  ReasonCode.protocolError,
  ReasonCode.implementationSpecificError,
  ReasonCode.topicNameInvalid,
  ReasonCode.receiveMaximumExceeded,
  ReasonCode.topicAliasInvalid,
  ReasonCode.packetTooLarge,
  ReasonCode.messageRateTooHigh,
  ReasonCode.quotaExceeded,
  ReasonCode.administrativeAction,
  ReasonCode.payloadFormatInvalid,
])
