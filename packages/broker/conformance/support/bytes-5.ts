import {
  type ConnectFields,
  connectFlags,
  field,
  type Packets,
  type PublishFields,
  packet,
  toBytes,
  uint16,
} from './bytes.js'
import { property, propertySection } from './property.js'

/** How long sessions that are not clean are kept, in seconds: longer than any test takes. */
const sessionExpirySeconds = 600

/** Packets of MQTT 5. */
export const packets5: Packets = {
  connect,
  publish,
  subscribe: (id, ...filters) => subscribeWith([], id, ...filters),
  unsubscribe,
}

/** SUBSCRIBE with properties. */
export function subscribeWith(
  properties: Buffer[],
  id: number,
  ...filters: [string | Buffer, number][]
): Buffer {
  const entries = filters.flatMap(([filter, options]) => [field(filter), Buffer.of(options)])
  return packet(0x82, uint16(id), propertySection(properties), ...entries)
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP in its long form, by its first byte. */
export function acknowledge(
  firstByte: 0x40 | 0x50 | 0x62 | 0x70,
  id: number,
  code: number,
  properties?: Buffer[],
): Buffer {
  const section = properties ? [propertySection(properties)] : []
  return packet(firstByte, uint16(id), Buffer.of(code), ...section)
}

/** DISCONNECT in its long form. */
export function disconnectWith(code: number, properties?: Buffer[]): Buffer {
  return packet(0xe0, Buffer.of(code), ...(properties ? [propertySection(properties)] : []))
}

export function auth(code: number, properties: Buffer[] = []): Buffer {
  return packet(0xf0, Buffer.of(code), propertySection(properties))
}

function connect(fields: ConnectFields = {}): Buffer {
  const { protocolName = 'MQTT', protocolLevel = 5, keepAliveSeconds = 0, clean = true } = fields
  const properties = fields.properties ?? (clean ? [] : [property.sessionExpiry(sessionExpirySeconds)])
  return packet(
    0x10,
    field(protocolName),
    Buffer.of(protocolLevel, fields.flags ?? connectFlags(fields)),
    uint16(keepAliveSeconds),
    propertySection(properties),
    ...(fields.payload ?? connectPayload(fields)),
  )
}

function connectPayload({ clientId = '', will, username, password }: ConnectFields): Buffer[] {
  const willFields = will
    ? [propertySection(will.properties ?? []), field(will.topic), field(will.payload)]
    : []
  const credentials = [username, password].filter((value) => value !== undefined).map(field)
  return [field(clientId), ...willFields, ...credentials]
}

function publish(topic: string | Buffer, payload: string | Buffer, fields: PublishFields = {}): Buffer {
  const { qos = 0, retain = false, dup = false, id = 1, properties = [] } = fields
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  const head = qos > 0 ? [field(topic), uint16(id)] : [field(topic)]
  return packet(first, ...head, propertySection(properties), toBytes(payload))
}

function unsubscribe(id: number, ...filters: (string | Buffer)[]): Buffer {
  return packet(0xa2, uint16(id), propertySection([]), ...filters.map(field))
}
