import { Bytes } from '../bytes/bytes.js'
import type { StoredProperties } from '../interface/persistence.js'
import type { Qos } from '../interface/types.js'
import { headerBytes, publishFlags, varintBytes, writeVarint } from '../packets/encode.js'
import { Property } from '../packets/property.js'
import { PropertyWriter } from '../packets/property-writer.js'
import { Annotations } from './annotations.js'
import { type ChangingProperties, remainingSeconds } from './changing-properties.js'
import type { PublishPlace } from './message.js'

/** A message that is made from its parts. */
export interface NewMessage {
  topic: string
  payload: Buffer
  qos: Qos
  retain: boolean
  dup?: boolean
  properties?: StoredProperties | null
}

interface EncodedPublish {
  flags: number
  place: PublishPlace
  changing: ChangingProperties | null
}

/** Writes the PUBLISH of a message into memory of its own: of MQTT 5 when it has properties, else of MQTT 3.1.1. */
export function encodePublish({
  topic,
  payload,
  qos,
  retain,
  dup = false,
  properties,
}: NewMessage): EncodedPublish {
  const section = properties ? sectionOf(properties) : null
  const topicBytes = Buffer.byteLength(topic)
  const idBytes = qos > 0 ? 2 : 0
  const sectionBytes = section?.bytes.length ?? 0
  const remaining = 2 + topicBytes + idBytes + sectionBytes + payload.length
  const body = headerBytes(remaining)
  const packet = Buffer.allocUnsafeSlow(body + remaining)
  const bytes = new Bytes(packet)
  const flags = publishFlags(qos, retain, dup)
  packet[0] = 0x30 | flags
  writeVarint(bytes.view, 1, remaining)
  packet.writeUInt16BE(topicBytes, body)
  packet.write(topic, body + 2)
  const sectionStart = body + 2 + topicBytes + idBytes
  packet.fill(0, sectionStart - idBytes, sectionStart)
  section?.bytes.copy(packet, sectionStart)
  const payloadStart = sectionStart + sectionBytes
  payload.copy(packet, payloadStart)
  const place = {
    ...{ bytes, start: 0, body, section: sectionStart, payload: payloadStart },
    ...{ end: packet.length, rest: null },
  }
  return { flags, place, changing: section?.changing ?? null }
}

/** The property section of a message, with its length. */
function sectionOf({ encoded, expiresAt }: StoredProperties): {
  bytes: Buffer
  changing: ChangingProperties | null
} {
  const content = encoded ?? noContent
  if (expiresAt === null) {
    const bytes = Buffer.allocUnsafe(varintBytes(content.length) + content.length)
    content.copy(bytes, writeVarint(new Bytes(bytes).view, 0, content.length))
    return { bytes, changing: null }
  }
  const expiresAtMs = performance.now() + expiresAt - Date.now()
  const expiry = new PropertyWriter()
    .add(Property.messageExpiryInterval, remainingSeconds(expiresAtMs))
    .content()
  const length = expiry.length + content.length
  const bytes = Buffer.allocUnsafe(varintBytes(length) + length)
  const at = writeVarint(new Bytes(bytes).view, 0, length)
  expiry.copy(bytes, at)
  content.copy(bytes, at + expiry.length)
  return { bytes, changing: { expiresAtMs, expiryOffset: at + 1, annotations: Annotations.none } }
}

const noContent = Buffer.alloc(0)
