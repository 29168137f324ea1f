// The packets that the clients in bench send.

/** CONNECT of a clean session, without keep alive. */
export function connect(clientId) {
  return packet(0x10, Buffer.from([0, 4, 77, 81, 84, 84, 4, 2, 0, 0]), text(clientId))
}

/** A PUBLISH of QoS 0. */
export function publish(topic, payload, retain = false) {
  return packet(retain ? 0x31 : 0x30, text(topic), payload)
}

/** SUBSCRIBE to one filter, at QoS 0. */
export function subscribe(filter) {
  return packet(0x82, Buffer.from([0, 1]), text(filter), Buffer.from([0]))
}

/** A packet of these parts, behind its first byte and its length. */
export function packet(first, ...parts) {
  const body = Buffer.concat(parts)
  const length = []
  for (let rest = body.length; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) return Buffer.concat([Buffer.from([first, ...length]), body])
  }
}

/** A string behind its length. */
export function text(value) {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}
