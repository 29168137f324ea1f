import { Cursor } from './cursor.js'
import type { Packet } from './packet-reader.js'

export interface FilterRequest {
  filter: string
  qos: number
}

/** Reads the filters of a SUBSCRIBE (section 3.8); a string says what is malformed. */
export function readSubscribe(packet: Packet): FilterRequest[] | string {
  if (!hasRequiredFlags(packet)) return 'SUBSCRIBE: reserved bits in the fixed header'
  const cursor = Cursor.ofBody(packet)
  if (cursor.uint16() < 1) return 'SUBSCRIBE: packet id'
  const requests: FilterRequest[] = []
  while (!cursor.done) {
    const filter = cursor.text()
    const qos = cursor.byte()
    if (filter === null || qos < 0) return 'SUBSCRIBE: topic filter'
    if (qos > 2) return 'SUBSCRIBE: requested QoS'
    requests.push({ filter, qos })
  }
  return requests.length > 0 ? requests : 'SUBSCRIBE: no topic filter'
}

/** Reads the filters of an UNSUBSCRIBE (section 3.10); a string says what is malformed. */
export function readUnsubscribe(packet: Packet): string[] | string {
  if (!hasRequiredFlags(packet)) return 'UNSUBSCRIBE: reserved bits in the fixed header'
  const cursor = Cursor.ofBody(packet)
  if (cursor.uint16() < 1) return 'UNSUBSCRIBE: packet id'
  const filters: string[] = []
  while (!cursor.done) {
    const filter = cursor.text()
    if (filter === null) return 'UNSUBSCRIBE: topic filter'
    filters.push(filter)
  }
  return filters.length > 0 ? filters : 'UNSUBSCRIBE: no topic filter'
}

/** Both packets have the flags 0010 [MQTT-3.8.1-1, MQTT-3.10.1-1]. */
function hasRequiredFlags({ bytes, start }: Packet): boolean {
  return ((bytes.buffer[start] ?? 0) & 15) === 2
}
