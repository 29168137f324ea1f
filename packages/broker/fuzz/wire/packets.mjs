/** @typedef {string | Buffer} Bytes */

/**
 * A packet: its first byte, the remaining length, then the parts.
 * @param {number} firstByte
 * @param {Buffer[]} parts
 */
export function packet(firstByte, ...parts) {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(firstByte), remainingLength(body.length), body])
}

/**
 * A string or binary field: two bytes of length, then the bytes.
 * @param {Bytes} value
 */
export function field(value) {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint16(bytes.length), bytes])
}

/** @param {number} value */
export function uint16(value) {
  return Buffer.of((value >> 8) & 255, value & 255)
}

/** @param {number} length */
export function remainingLength(length) {
  const bytes = []
  let rest = length
  do {
    bytes.push((rest % 128) | (rest > 127 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}

/**
 * @typedef {object} ConnectFields
 * @property {Bytes} [clientId]
 * @property {boolean} [clean]
 * @property {number} [keepAliveSeconds]
 * @property {{ topic: Bytes, payload: Bytes, qos?: number, retain?: boolean, section?: Buffer }} [will]
 * @property {Bytes} [username]
 * @property {Bytes} [password]
 * @property {string} [protocolName]
 * @property {number} [protocolLevel]
 * @property {number} [flags] replaces the flags that the fields would give
 * @property {Buffer} [section] properties of MQTT 5, behind their length
 */

/** @param {ConnectFields} fields */
export function connect(fields = {}) {
  const { protocolName = 'MQTT', protocolLevel = 4, keepAliveSeconds = 0 } = fields
  const { clientId = '', will, username, password } = fields
  const { section = noProperties } = fields
  const willSection = protocolLevel === 5 && will ? [will.section ?? noProperties] : []
  return packet(
    0x10,
    field(protocolName),
    Buffer.of(protocolLevel, fields.flags ?? connectFlags(fields)),
    uint16(keepAliveSeconds),
    ...(protocolLevel === 5 ? [section] : []),
    field(clientId),
    ...willSection,
    ...present(will?.topic, will?.payload, username, password),
  )
}

const noProperties = Buffer.of(0)

/** @param {(Bytes | undefined)[]} values */
function present(...values) {
  return values.flatMap((value) => (value === undefined ? [] : [field(value)]))
}

/** @param {ConnectFields} fields */
function connectFlags({ clean = true, will, username, password }) {
  const willFlags = will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 32 : 0) : 0
  return (clean ? 2 : 0) | willFlags | (password === undefined ? 0 : 64) | (username === undefined ? 0 : 128)
}

/**
 * @param {Bytes} topic
 * @param {Bytes} payload
 * @param {{ qos?: number, retain?: boolean, dup?: boolean, id?: number, section?: Buffer }} fields `section`: the
 *   properties of MQTT 5 behind their length; without it the packet is of an earlier version
 */
export function publish(topic, payload, { qos = 0, retain = false, dup = false, id = 1, section } = {}) {
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  const head = [field(topic), ...(qos > 0 ? [uint16(id)] : []), ...(section ? [section] : [])]
  return packet(first, ...head, Buffer.from(payload))
}

/**
 * @param {number} id
 * @param {(readonly [Bytes, number])[]} filters
 */
export function subscribe(id, ...filters) {
  const parts = filters.flatMap(([filter, qos]) => [field(filter), Buffer.of(qos)])
  return packet(0x82, uint16(id), ...parts)
}

/**
 * @param {number} id
 * @param {Bytes[]} filters
 */
export function unsubscribe(id, ...filters) {
  return packet(0xa2, uint16(id), ...filters.map(field))
}

/** First bytes of the acknowledgements, by name. */
export const acknowledgements = { puback: 0x40, pubrec: 0x50, pubrel: 0x62, pubcomp: 0x70 }

/**
 * @param {keyof typeof acknowledgements} name
 * @param {number} id
 */
export function acknowledge(name, id) {
  return packet(acknowledgements[name], uint16(id))
}

export const pingreq = packet(0xc0)
export const disconnect = packet(0xe0)
