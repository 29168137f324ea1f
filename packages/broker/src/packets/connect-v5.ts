import type { Cursor } from './cursor.js'

/**
 * Reads client id and user name of an MQTT 5 CONNECT (section 3.1), from behind its protocol level, so that the host can
 * tell who was refused. What cannot be read is left out: the packet is refused anyway.
 */
export function readIdentityOfV5(cursor: Cursor): { clientId?: string; username?: string } {
  const flags = cursor.byte()
  cursor.uint16()
  if (flags < 0 || !skipProperties(cursor)) return {}
  const clientId = cursor.text()
  if (clientId === null) return {}
  if (flags & 4 && !skipWill(cursor)) return { clientId }
  const username = flags & 128 ? cursor.text() : null
  return username === null ? { clientId } : { clientId, username }
}

function skipWill(cursor: Cursor): boolean {
  return skipProperties(cursor) && cursor.binary() !== null && cursor.binary() !== null
}

/** Properties begin with their length, a variable byte integer of one to four bytes. */
function skipProperties(cursor: Cursor): boolean {
  let length = 0
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = cursor.byte()
    if (byte < 0) return false
    length |= (byte & 127) << shift
    if (byte < 128) return cursor.skip(length)
  }
  return false
}
