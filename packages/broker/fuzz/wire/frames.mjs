/** Opcodes of RFC 6455, section 5.2. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 }

/**
 * A client's frame. The options break it: no mask, reserved bits, a length that is not the payload's.
 * @param {number} opcode
 * @param {Buffer} payload
 * @param {{ final?: boolean, masked?: boolean, reserved?: number, claimedLength?: bigint, key?: number }} options
 */
export function frame(opcode, payload, options = {}) {
  const { final = true, masked = true, reserved = 0, key = 0x1f2e3d4c } = options
  const length = options.claimedLength ?? BigInt(payload.length)
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode
  const head = Buffer.concat([Buffer.of(first), lengthBytes(length, masked)])
  if (!masked) return Buffer.concat([head, payload])
  const mask = Buffer.alloc(4)
  mask.writeUInt32BE(key >>> 0)
  return Buffer.concat([head, mask, applyMask(payload, mask, 0)])
}

/**
 * @param {Buffer} payload
 * @param {Buffer} mask
 * @param {number} from place in the frame of the first byte
 */
export function applyMask(payload, mask, from) {
  const result = Buffer.allocUnsafe(payload.length)
  for (let i = 0; i < payload.length; i++)
    result[i] = /** @type {number} */ (payload[i]) ^ /** @type {number} */ (mask[(from + i) & 3])
  return result
}

/**
 * @param {bigint} length
 * @param {boolean} masked
 */
function lengthBytes(length, masked) {
  const bit = masked ? 0x80 : 0
  if (length < 126n) return Buffer.of(bit | Number(length))
  if (length < 65_536n) return Buffer.of(bit | 126, Number(length) >> 8, Number(length) & 255)
  const bytes = Buffer.alloc(9)
  bytes[0] = bit | 127
  bytes.writeBigUInt64BE(BigInt.asUintN(64, length), 1)
  return bytes
}

/** Reads a server's frames; throws on bytes that RFC 6455 forbids a server to send. */
export class ServerFrames {
  #unread = Buffer.alloc(0)
  #onData
  #onControl

  /**
   * @param {(payload: Buffer) => void} onData
   * @param {(opcode: number, payload: Buffer) => void} onControl
   */
  constructor(onData, onControl) {
    this.#onData = onData
    this.#onControl = onControl
  }

  /** @param {Buffer} bytes */
  push(bytes) {
    let unread = this.#unread.length > 0 ? Buffer.concat([this.#unread, bytes]) : bytes
    for (;;) {
      const head = serverHead(unread)
      if (!head || unread.length < head.start + head.length) break
      const payload = unread.subarray(head.start, head.start + head.length)
      if (head.opcode === opcodes.binary || head.opcode === opcodes.continuation) this.#onData(payload)
      else this.#onControl(head.opcode, payload)
      unread = unread.subarray(head.start + head.length)
    }
    this.#unread = Buffer.from(unread)
  }
}

/** @param {Buffer} bytes */
function serverHead(bytes) {
  const [first = 0, second = 0] = bytes
  if (bytes.length < 2) return null
  const opcode = first & 15
  if (first & 0x70) throw new Error('the broker sent a frame with reserved bits')
  if (second > 127) throw new Error('the broker sent a masked frame')
  if (![0, 2, 8, 9, 10].includes(opcode)) throw new Error(`the broker sent a frame with opcode ${opcode}`)
  if (opcode > 7 && (second > 125 || first < 128)) throw new Error('the broker sent a bad control frame')
  if (second < 126) return { opcode, start: 2, length: second }
  const start = second === 126 ? 4 : 10
  if (bytes.length < start) return null
  const length = second === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return { opcode, start, length }
}
