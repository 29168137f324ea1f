import type { Qos } from '../interface/types.js'
import { readIdentityOfV5 } from './connect-v5.js'
import { Cursor } from './cursor.js'
import type { Packet } from './packet-reader.js'

export interface Will {
  topic: string
  payload: Buffer
  qos: Qos
  retain: boolean
}

export interface ConnectPacket {
  protocolVersion: 3 | 4
  clientId: string
  clean: boolean
  keepAliveSeconds: number
  will: Will | null
  username?: string
  password?: Buffer
}

/** What names a client. */
export interface ClientIdentity {
  clientId?: string
  username?: string
}

export type ConnectOutcome =
  | { kind: 'connect'; connect: ConnectPacket }
  | { kind: 'unsupported'; level: number; identity: ClientIdentity }
  | { kind: 'malformed'; detail: string }

/**
 * Reads a CONNECT of MQTT 3.1 or 3.1.1 (section 3.1), strictly: a packet that a server must refuse comes back as
 * malformed or unsupported. The caller checks whether ids and topics are acceptable.
 */
export function readConnect(packet: Packet): ConnectOutcome {
  const cursor = Cursor.ofBody(packet)
  if ((packet.bytes.buffer[packet.start] ?? 0) & 15) return malformed('reserved bits in the fixed header')
  const name = cursor.text()
  const level = cursor.byte()
  if (name === null || level < 0) return malformed('protocol name')
  if (name !== 'MQTT' && name !== 'MQIsdp') return malformed('protocol name')
  if (!(name === 'MQTT' && level === 4) && !(name === 'MQIsdp' && level === 3))
    return { kind: 'unsupported', level, identity: level === 5 ? readIdentityOfV5(cursor) : {} }
  const flags = cursor.byte()
  const keepAliveSeconds = cursor.uint16()
  if (keepAliveSeconds < 0) return malformed('truncated header')
  const problem = flagsProblem(flags, level)
  if (problem) return malformed(problem)
  const clientId = cursor.text()
  if (clientId === null) return malformed('client id')
  const will = flags & 4 ? readWill(cursor, flags) : null
  if (will === undefined) return malformed('will')
  const username = flags & 128 ? cursor.text() : undefined
  if (username === null) return malformed('user name')
  const password = flags & 64 ? cursor.binary() : undefined
  if (password === null) return malformed('password')
  if (!cursor.done) return malformed('bytes after the payload')
  const connect: ConnectPacket = {
    protocolVersion: level === 3 ? 3 : 4,
    clientId,
    clean: (flags & 2) !== 0,
    keepAliveSeconds,
    will,
  }
  if (username !== undefined) connect.username = username
  // Copied, so that it does not hold the whole chunk in which it came.
  if (password !== undefined) connect.password = Buffer.from(password)
  return { kind: 'connect', connect }
}

function flagsProblem(flags: number, level: number): string | null {
  if (flags & 1) return 'reserved connect flag'
  if (!(flags & 4) && flags & 0x38) return 'will flags without a will'
  if ((flags & 0x18) === 0x18) return 'will QoS 3'
  if (level === 4 && flags & 64 && !(flags & 128)) return 'password without a user name'
  return null
}

function readWill(cursor: Cursor, flags: number): Will | undefined {
  const topic = cursor.text()
  const payload = cursor.binary()
  if (topic === null || payload === null) return undefined
  const copy = Buffer.allocUnsafeSlow(payload.length)
  copy.set(payload)
  return { topic, payload: copy, qos: ((flags >> 3) & 3) as Qos, retain: (flags & 32) !== 0 }
}

function malformed(detail: string): ConnectOutcome {
  return { kind: 'malformed', detail: `CONNECT: ${detail}` }
}
