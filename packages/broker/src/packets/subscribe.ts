import type { ProtocolVersion } from '../interface/types.js'
import { Cursor } from './cursor.js'
import type { Packet } from './packet-reader.js'
import { Properties, readProperties } from './properties.js'
import { allowedProperties, Property } from './property.js'
import { isShared } from './shared-subscription.js'
import { Violation } from './violation.js'

export interface AskedFilter {
  filter: string
  qos: number
}

export interface FilterRequest extends AskedFilter {
  /** The client's own messages are not sent to it. */
  noLocal: boolean
  retainAsPublished: boolean
  retainHandling: RetainHandling
}

/** When the retained messages are sent (MQTT 5, section 3.8.3.1). */
export const RetainHandling = { always: 0, whenNew: 1, never: 2 } as const
export type RetainHandling = (typeof RetainHandling)[keyof typeof RetainHandling]

export interface SubscribePacket {
  packetId: number
  requests: FilterRequest[]
  /** Of all its filters; 0 for none. */
  identifier: number
}

export interface UnsubscribePacket {
  packetId: number
  filters: string[]
}

/** Reads a SUBSCRIBE (section 3.8). */
export function readSubscribe(packet: Packet, version: ProtocolVersion): SubscribePacket | Violation {
  const start = readStart(packet, version, 'SUBSCRIBE')
  if (start instanceof Violation) return start
  const { cursor, packetId, properties } = start
  const requests: FilterRequest[] = []
  while (!cursor.done) {
    const filter = cursor.text()
    const options = cursor.byte()
    if (filter === null || options < 0) return Violation.malformed('SUBSCRIBE: topic filter')
    const request = version === 5 ? readOptions(filter, options) : readQos(filter, options)
    if (request instanceof Violation) return request
    requests.push(request)
  }
  if (requests.length === 0) return Violation.protocol('SUBSCRIBE: no topic filter')
  return { packetId, requests, identifier: properties.number(Property.subscriptionIdentifier) ?? 0 }
}

/** Reads an UNSUBSCRIBE (section 3.10). */
export function readUnsubscribe(packet: Packet, version: ProtocolVersion): UnsubscribePacket | Violation {
  const start = readStart(packet, version, 'UNSUBSCRIBE')
  if (start instanceof Violation) return start
  const { cursor, packetId } = start
  const filters: string[] = []
  while (!cursor.done) {
    const filter = cursor.text()
    if (filter === null) return Violation.malformed('UNSUBSCRIBE: topic filter')
    filters.push(filter)
  }
  return filters.length > 0 ? { packetId, filters } : Violation.protocol('UNSUBSCRIBE: no topic filter')
}

/**
 * Whether the first byte of a SUBSCRIBE, UNSUBSCRIBE or PUBREL has the flags 0010 [MQTT-3.8.1-1]. MQTT 3.1 sets DUP when it
 * sends one again, and does not use RETAIN.
 */
export function hasAskingFlags(firstByte: number, version: ProtocolVersion): boolean {
  return (firstByte & (version === 3 ? 6 : 15)) === 2
}

interface Start {
  cursor: Cursor
  packetId: number
  properties: Properties
}

function readStart(
  packet: Packet,
  version: ProtocolVersion,
  name: 'SUBSCRIBE' | 'UNSUBSCRIBE',
): Start | Violation {
  if (!hasAskingFlags(packet.bytes.buffer[packet.start] ?? 0, version))
    return Violation.malformed(`${name}: reserved bits in the fixed header`)
  const cursor = Cursor.ofBody(packet)
  const packetId = cursor.uint16()
  if (packetId < 0) return Violation.malformed(`${name}: packet id`)
  if (packetId === 0) return Violation.protocol(`${name}: packet id 0`)
  const allowed = name === 'SUBSCRIBE' ? allowedProperties.subscribe : allowedProperties.unsubscribe
  const properties = version === 5 ? readProperties(cursor, allowed) : Properties.none
  return properties instanceof Violation ? properties : { cursor, packetId, properties }
}

function readQos(filter: string, qos: number): FilterRequest | Violation {
  if (qos > 2) return Violation.malformed('SUBSCRIBE: requested QoS')
  return { filter, qos, noLocal: false, retainAsPublished: false, retainHandling: RetainHandling.always }
}

/** The subscription options of MQTT 5 (section 3.8.3.1). */
function readOptions(filter: string, options: number): FilterRequest | Violation {
  const qos = options & 3
  const retainHandling = (options >> 4) & 3
  if (options & 0xc0) return Violation.malformed('SUBSCRIBE: reserved subscription options')
  if (qos > 2) return Violation.protocol('SUBSCRIBE: requested QoS')
  if (retainHandling > 2) return Violation.protocol('SUBSCRIBE: retain handling')
  const noLocal = (options & 4) !== 0
  // [MQTT-3.8.3-4]
  if (noLocal && isShared(filter)) return Violation.protocol('SUBSCRIBE: no local for a shared subscription')
  return {
    filter,
    qos,
    noLocal,
    retainAsPublished: (options & 8) !== 0,
    retainHandling: retainHandling as RetainHandling,
  }
}
