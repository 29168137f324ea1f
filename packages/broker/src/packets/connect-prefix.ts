import { PacketType } from './encode.js'
import type { IncompletePacket } from './packet-reader.js'

/**
 * What is wrong with a CONNECT of which only the beginning has come, or null: the lengths of its fields do not fit into
 * the packet, so there is nothing to wait for.
 */
export function prefixProblem({ head, body, totalBytes }: IncompletePacket): string | null {
  if ((head[0] ?? 0) >> 4 !== PacketType.connect) return 'the first packet is no CONNECT'
  if (body === 0) return null
  const fields = new FieldWalk(head, body, totalBytes)
  const nameBytes = fields.skipText()
  if (nameBytes !== null && !nameLengths.has(nameBytes)) return 'CONNECT: protocol name'
  const level = fields.byte()
  const flags = fields.byte()
  fields.skip(keepAliveBytes)
  // Bit 7 marks a bridge. The fields of later versions are others.
  const version = level === null ? null : level & 0x7f
  if (version !== null && version !== 3 && version !== 4) return null
  // Without its flags, only the client id is certain to follow. MQTT 3.1 lets user name and password be left out.
  const login = flags === null || version !== 4 ? 0 : (flags & 128 ? 1 : 0) + (flags & 64 ? 1 : 0)
  const texts = flags === null ? 1 : 1 + (flags & 4 ? 2 : 0) + login
  for (let i = 0; i < texts; i++) fields.skipText()
  return fields.fit ? null : 'CONNECT: cut short'
}

/** Walks over fields of which some have not come. A value that has not come is null. */
class FieldWalk {
  readonly #head: Buffer
  readonly #end: number
  #at: number

  constructor(head: Buffer, body: number, end: number) {
    this.#head = head
    this.#end = end
    this.#at = body
  }

  /** Whether the fields so far can be in the packet. */
  get fit(): boolean {
    return this.#at <= this.#end
  }

  skip(bytes: number): void {
    this.#at += bytes
  }

  byte(): number | null {
    const value = this.#head[this.#at] ?? null
    this.#at++
    return value
  }

  /** Returns the length of its content. An unknown length counts as 0: then the field has two bytes at least. */
  skipText(): number | null {
    const at = this.#at
    const length = at + 2 <= this.#head.length ? this.#head.readUInt16BE(at) : null
    this.#at += 2 + (length ?? 0)
    return length
  }
}

/** Lengths of `MQTT` and `MQIsdp`. */
const nameLengths = new Set([4, 6])
const keepAliveBytes = 2
