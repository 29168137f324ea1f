/** Opcodes of RFC 6455, section 5.2. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Header size of a server's (unmasked) frame. */
export function frameHeaderBytes(payloadBytes: number): number {
  return payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10
}

/** Writes the header of one final, unmasked frame; returns where its payload goes. */
export function writeFrameHeader(
  out: Buffer,
  at: number,
  payloadBytes: number,
  opcode: number = Opcode.binary,
): number {
  out[at] = 0x80 | opcode
  if (payloadBytes < 126) {
    out[at + 1] = payloadBytes
    return at + 2
  }
  if (payloadBytes < 65_536) {
    out[at + 1] = 126
    out[at + 2] = payloadBytes >> 8
    out[at + 3] = payloadBytes & 255
    return at + 4
  }
  out[at + 1] = 127
  out.writeUInt32BE(0, at + 2)
  out.writeUInt32BE(payloadBytes, at + 6)
  return at + 10
}

/** A whole control frame. */
export function controlFrame(opcode: number, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(2 + payload.length)
  payload.copy(frame, writeFrameHeader(frame, 0, payload.length, opcode))
  return frame
}

/** A close frame with a status code of section 7.4.1. */
export function closeFrame(code: number): Buffer {
  return controlFrame(Opcode.close, Buffer.from([code >> 8, code & 255]))
}
