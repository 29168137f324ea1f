import type { Qos } from '../interface/types.js'
import type { Packet } from './packet-reader.js'
import { readUtf8 } from './topic.js'

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

export type ConnectOutcome =
  | { kind: 'connect'; connect: ConnectPacket }
  | { kind: 'unsupported'; level: number }
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
    return { kind: 'unsupported', level }
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

/** Reads one field after the other; -1 or null when the packet ends before the field does. */
export class Cursor {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number

  private constructor(bytes: Buffer, from: number, end: number) {
    this.#bytes = bytes
    this.#at = from
    this.#end = end
  }

  static ofBody({ bytes, body, end }: Packet): Cursor {
    return new Cursor(bytes.buffer, body, end)
  }

  get done(): boolean {
    return this.#at === this.#end
  }

  byte(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at++] ?? -1) : -1
  }

  uint16(): number {
    if (this.#at + 2 > this.#end) return -1
    const value = this.#bytes.readUInt16BE(this.#at)
    this.#at += 2
    return value
  }

  text(): string | null {
    const from = this.#skipField()
    return from < 0 ? null : readUtf8(this.#bytes, from, this.#at)
  }

  binary(): Buffer | null {
    const from = this.#skipField()
    return from < 0 ? null : this.#bytes.subarray(from, this.#at)
  }

  #skipField(): number {
    const length = this.uint16()
    if (length < 0 || this.#at + length > this.#end) return -1
    this.#at += length
    return this.#at - length
  }
}
