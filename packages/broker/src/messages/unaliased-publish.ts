import { Bytes, copyBytes } from '../bytes/bytes.js'
import { headerBytes, varintBytes, writeVarint } from '../packets/encode.js'
import type { PublishPlace } from './message.js'
import { aliasBytes } from './publish5.js'

/**
 * Writes a PUBLISH of MQTT 5 that has a topic alias anew, with its topic and without the alias, which is of no meaning beyond
 * the connection of its publisher [MQTT-3.3.2-8]. A large payload stays where it is.
 */
export function unaliased(
  place: PublishPlace,
  { topic, content, aliasAt, qos }: AliasedPublish,
): PublishPlace {
  const idBytes = qos > 0 ? 2 : 0
  const contentBytes = place.payload - content - aliasBytes
  const payloadBytes = place.end - place.payload
  const rest = place.rest ?? []
  const topicBytes = topic.buffer.length
  const headLength = topicBytes + idBytes + varintBytes(contentBytes) + contentBytes
  const remaining = rest.reduce((sum, { length }) => sum + length, headLength + payloadBytes)
  const body = headerBytes(remaining)
  const isLarge = place.rest !== null || payloadBytes >= manyBytes
  const out = new Bytes(Buffer.allocUnsafe(body + headLength + (isLarge ? 0 : payloadBytes)))
  out.view.setUint8(0, place.bytes.view.getUint8(place.start))
  let at = copyBytes(topic, 0, topicBytes, out, writeVarint(out.view, 1, remaining))
  at = copyBytes(place.bytes, place.section - idBytes, place.section, out, at)
  const section = at
  at = writeVarint(out.view, at, contentBytes)
  at = copyBytes(place.bytes, content, aliasAt, out, at)
  const payload = copyBytes(place.bytes, aliasAt + aliasBytes, place.payload, out, at)
  const moved = { bytes: out, start: 0, body, section, payload }
  if (!isLarge) {
    return { ...moved, end: copyBytes(place.bytes, place.payload, place.end, out, payload), rest: null }
  }
  const first = place.bytes.buffer.subarray(place.payload, place.end)
  return { ...moved, end: payload, rest: first.length > 0 ? [first, ...rest] : rest }
}

export interface AliasedPublish {
  /** The topic, with its length before it. */
  topic: Bytes
  /** Where the first property is. */
  content: number
  /** Where the topic alias is among the properties. */
  aliasAt: number
  qos: number
}

/** A payload of this size stays where it is. */
const manyBytes = 8 * 1024
