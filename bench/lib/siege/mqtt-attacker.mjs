import { once } from 'node:events'
import net from 'node:net'
import { packet, text } from '../mqtt-packets.mjs'
import { attackerAddress } from './address.mjs'

/** An MQTT client over TCP that keeps no order and counts what it is told. */
export class MqttAttacker {
  #socket
  #told
  #rest = Buffer.alloc(0)
  #lastPacketId = 0
  #waiting = new Map()
  #connack
  #acknowledges

  /** With `acknowledges`, messages at QoS 1 are. */
  constructor({ tcp }, told, { acknowledges = false } = {}) {
    this.#acknowledges = acknowledges
    this.#told = told
    this.#socket = net.connect({ host: '127.0.0.1', port: tcp, localAddress: attackerAddress })
    this.#socket.on('data', (chunk) => this.#read(chunk))
    this.#socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => this.#socket.once('close', resolve))
    void this.closed.then(() => {
      told.count('connection closed')
      for (const resolve of this.#waiting.values()) resolve()
      this.#connack?.()
    })
  }

  get isOpen() {
    return !this.#socket.destroyed
  }

  /** Resolves with the code of CONNACK, or undefined when the connection ends without one. */
  async connect({ clientId, username, password }, { clean = true } = {}) {
    const flags = 0xc0 | (clean ? 2 : 0)
    this.#socket.write(
      packet(0x10, text('MQTT'), Buffer.from([4, flags, 0, 0]), ...[clientId, username, password].map(text)),
    )
    return new Promise((resolve) => {
      this.#connack = resolve
    })
  }

  /** Resolves when what was written is on its way, or the connection has ended. */
  async room() {
    if (this.isOpen && this.#socket.writableNeedDrain)
      await Promise.race([once(this.#socket, 'drain'), this.closed])
  }

  /** At QoS 1; resolves when it is acknowledged or the connection ends. */
  async publish(topic, payload, { retain = false } = {}) {
    const id = this.#nextPacketId()
    this.#socket.write(packet(retain ? 0x33 : 0x32, text(topic), id.bytes, payload))
    await this.#answer(id.number)
  }

  /** Resolves with the codes of SUBACK, or undefined when the connection ends without one. */
  async subscribe(filters) {
    const id = this.#nextPacketId()
    const parts = filters.flatMap((filter) => [text(filter), Buffer.from([1])])
    this.#socket.write(packet(0x82, id.bytes, ...parts))
    return this.#answer(id.number)
  }

  end() {
    this.#socket.destroy()
  }

  #answer(number) {
    if (!this.isOpen) return undefined
    return new Promise((resolve) => this.#waiting.set(number, resolve))
  }

  #nextPacketId() {
    this.#lastPacketId = (this.#lastPacketId % 65_535) + 1
    return {
      number: this.#lastPacketId,
      bytes: Buffer.from([this.#lastPacketId >> 8, this.#lastPacketId & 255]),
    }
  }

  #read(chunk) {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const whole = wholePacket(bytes)
      if (whole === undefined) break
      this.#take(bytes[0], bytes.subarray(whole.start, whole.end))
      bytes = bytes.subarray(whole.end)
    }
    this.#rest = bytes
  }

  #take(first, body) {
    switch (first >> 4) {
      case 2:
        this.#told.count(`CONNACK ${body[1]}`)
        this.#connack(body[1])
        break
      case 3:
        this.#told.count(noticeOf(first, body))
        if (this.#acknowledges && first & 2) this.#acknowledge(body)
        break
      case 4:
        this.#told.count('PUBACK')
        this.#settle(body.readUInt16BE(0))
        break
      case 9: {
        const codes = [...body.subarray(2)]
        const refused = codes.filter((code) => code === 0x80).length
        if (refused > 0) this.#told.count('filter refused', refused)
        if (codes.length > refused) this.#told.count('filter granted', codes.length - refused)
        this.#settle(body.readUInt16BE(0), codes)
      }
    }
  }

  #acknowledge(body) {
    const at = 2 + body.readUInt16BE(0)
    this.#socket.write(packet(0x40, body.subarray(at, at + 2)))
  }

  #settle(number, value) {
    this.#waiting.get(number)?.(value)
    this.#waiting.delete(number)
  }
}

function noticeOf(first, body) {
  const length = body.readUInt16BE(0)
  const topic = body.toString('utf8', 2, 2 + length)
  if (!topic.endsWith('/notices')) return 'message'
  const payload = body.toString('utf8', 2 + length + (first & 6 ? 2 : 0))
  return `notice ${/"code":"([^"]*)"/.exec(payload)?.[1]}`
}

/** Where the body of the first packet is, once all of it is here. */
function wholePacket(bytes) {
  let length = 0
  for (let index = 1; index < Math.min(5, bytes.length); index += 1) {
    length += (bytes[index] & 127) * 128 ** (index - 1)
    if (bytes[index] < 128) {
      const start = index + 1
      return bytes.length >= start + length ? { start, end: start + length } : undefined
    }
  }
  return undefined
}
