import { acknowledgements, field, packet, uint16 } from './packets.mjs'

/** @typedef {import('./packets.mjs').Bytes} Bytes */

/**
 * SUBSCRIBE of MQTT 5; `section` is the properties behind their length.
 * @param {number} id
 * @param {Buffer} section
 * @param {(readonly [filter: Bytes, options: number])[]} filters
 */
export function subscribe5(id, section, ...filters) {
  const parts = filters.flatMap(([filter, options]) => [field(filter), Buffer.of(options)])
  return packet(0x82, uint16(id), section, ...parts)
}

/**
 * @param {number} id
 * @param {Buffer} section
 * @param {Bytes[]} filters
 */
export function unsubscribe5(id, section, ...filters) {
  return packet(0xa2, uint16(id), section, ...filters.map(field))
}

/**
 * An acknowledgement in its long form.
 * @param {keyof typeof acknowledgements} name
 * @param {number} id
 * @param {number} code
 * @param {Buffer} [section]
 */
export function acknowledge5(name, id, code, section) {
  return packet(acknowledgements[name], uint16(id), Buffer.of(code), ...(section ? [section] : []))
}

/**
 * @param {number} code
 * @param {Buffer} [section]
 */
export function disconnect5(code, section) {
  return packet(0xe0, Buffer.of(code), ...(section ? [section] : []))
}
