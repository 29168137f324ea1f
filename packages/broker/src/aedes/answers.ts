import { PacketType } from '../packets/encode.js'
import type { Hosted } from './host.js'

/** aedes writes a packet in pieces; this puts them together. */
export class PacketAssembler {
  readonly #onPacket: (packet: Buffer) => void
  #parts: Buffer = Buffer.alloc(0)

  constructor(onPacket: (packet: Buffer) => void) {
    this.#onPacket = onPacket
  }

  push(piece: Buffer): void {
    this.#parts = this.#parts.length === 0 ? piece : Buffer.concat([this.#parts, piece])
    for (;;) {
      const size = packetSize(this.#parts)
      if (size === 0 || this.#parts.length < size) return
      const packet = this.#parts.subarray(0, size)
      this.#parts = this.#parts.subarray(size)
      this.#onPacket(packet)
    }
  }
}

/** Puts right what aedes answers against the specification. Returns the packet to send. */
export function correctAnswer(packet: Buffer, hosted: Hosted): Buffer {
  const type = (packet[0] ?? 0) >> 4
  if (type === PacketType.connack && packet[3] === 0) return correctConnack(packet, hosted)
  if (type === PacketType.suback) return correctSuback(packet, hosted)
  return packet
}

// A session without subscriptions is present all the same [MQTT-3.2.2-2]; aedes says it is not.
function correctConnack(packet: Buffer, hosted: Hosted): Buffer {
  return Buffer.from([packet[0] ?? 0, 2, hosted.sessionPresent && hosted.protocolVersion === 4 ? 1 : 0, 0])
}

// One return code for each filter, repeated ones too [MQTT-3.8.4-5]; aedes answers them once.
function correctSuback(packet: Buffer, hosted: Hosted): Buffer {
  const asked = hosted.askedFilters
  const codesAt = headerSize(packet) + 2
  const unique = [...new Set(asked.map(({ filter }) => filter))]
  if (unique.length === asked.length) return packet
  const codes = new Map(unique.map((filter, i) => [filter, packet[codesAt + i] ?? 128]))
  const answer = asked.map(({ filter, qos }) => {
    // What is granted is granted as asked, and the last one counts.
    return codes.get(filter) === 128 ? 128 : qos
  })
  const body = Buffer.from([packet[codesAt - 2] ?? 0, packet[codesAt - 1] ?? 0, ...answer])
  return Buffer.concat([Buffer.from([packet[0] ?? 0, ...lengthBytes(body.length)]), body])
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = []
  for (let rest = length; ; ) {
    const low = rest & 127
    rest >>= 7
    bytes.push(rest > 0 ? low | 128 : low)
    if (rest === 0) return bytes
  }
}

function headerSize(packet: Buffer): number {
  let at = 1
  while ((packet[at] ?? 0) > 127) at++
  return at + 1
}

function packetSize(bytes: Buffer): number {
  let length = 0
  for (let i = 1; i <= 4 && i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    length |= (byte & 127) << (7 * (i - 1))
    if (byte < 128) return 1 + i + length
  }
  return 0
}
