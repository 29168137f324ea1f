import { limits } from '../target/limits.mjs'
import { applyMask, frame, opcodes } from '../wire/frames.mjs'

/** Reads a client's frames by RFC 6455, passes their data on, and predicts the broker's answers to them. */
export class WebSocketModel {
  /** Why the connection must end. @type {string | null} */
  problem = null
  /** @type {Set<string>} */
  excuses = new Set()
  pongsOwed = 0
  #onData
  /** Bytes of a header or control frame under way. */
  #head = Buffer.alloc(0)
  #mask = Buffer.alloc(4)
  #maskAt = 0
  #remaining = 0
  #inMessage = false

  /** @param {(payload: Buffer) => void} onData */
  constructor(onData) {
    this.#onData = onData
  }

  /** True inside a header or a control frame, where no data can be put. */
  get inHeader() {
    return this.#head.length > 0
  }

  /** @param {Buffer} bytes */
  push(bytes) {
    let unread = bytes
    while (unread.length > 0 && this.problem === null) {
      if (this.#remaining > 0) {
        const part = unread.subarray(0, Math.min(unread.length, this.#remaining))
        this.#onData(applyMask(part, this.#mask, this.#maskAt))
        this.#maskAt += part.length
        this.#remaining -= part.length
        unread = unread.subarray(part.length)
      } else {
        this.#head = Buffer.concat([this.#head, unread])
        unread = this.#readHead()
      }
    }
  }

  /**
   * The bytes for the socket that carry MQTT data in the present state: inside the open frame, or in a new one.
   * @param {Buffer} data
   */
  wrap(data) {
    const fits = Math.min(data.length, this.#remaining)
    const inside = applyMask(data.subarray(0, fits), this.#mask, this.#maskAt)
    if (fits === data.length) return inside
    const opcode = this.#inMessage ? opcodes.continuation : opcodes.binary
    return Buffer.concat([inside, frame(opcode, data.subarray(fits))])
  }

  /** Takes one header, and a control frame whole; returns what is behind it. */
  #readHead() {
    const head = this.#head
    const nothing = Buffer.alloc(0)
    const [first = 0, second = 0] = head
    if (head.length < 2) return nothing
    const opcode = first & 15
    const size = second & 127
    const problem = this.#headProblem(first, second)
    if (problem) return this.#end(problem)
    const start = 6 + (size === 126 ? 2 : size === 127 ? 8 : 0)
    if (head.length < start) return nothing
    const length = size === 126 ? head.readUInt16BE(2) : size === 127 ? Number(head.readBigUInt64BE(2)) : size
    if (length >= 2 ** 63) return this.#end('frame length')
    const end = opcode > 7 ? start + length : start
    if (head.length < end) return nothing
    this.#head = nothing
    if (opcode > 7) this.#control(opcode)
    else {
      this.#inMessage = first < 128
      this.#mask = Buffer.from(head.subarray(start - 4, start))
      this.#maskAt = 0
      this.#remaining = length
      if (length > limits.maxPacketBytes) this.excuses.add('frame too large')
      if (size > 125 && length < (size === 126 ? 126 : 65_536)) this.excuses.add('frame length not minimal')
    }
    return head.subarray(end)
  }

  /**
   * @param {number} first
   * @param {number} second
   */
  #headProblem(first, second) {
    const opcode = first & 15
    if (first & 0x70) return 'reserved bits of a frame'
    if (second < 128) return 'frame without a mask'
    if (![0, 2, 8, 9, 10].includes(opcode)) return `frame with opcode ${opcode}`
    if (opcode > 7) return first < 128 || (second & 127) > 125 ? 'control frame' : null
    return (opcode === opcodes.continuation) === this.#inMessage ? null : 'fragments out of order'
  }

  /** @param {number} opcode */
  #control(opcode) {
    if (opcode === opcodes.ping) this.pongsOwed++
    if (opcode === opcodes.close) this.problem = 'close frame'
  }

  /** @param {string} problem */
  #end(problem) {
    this.problem = problem
    return Buffer.alloc(0)
  }
}
