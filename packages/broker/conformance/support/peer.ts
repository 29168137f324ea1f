import { type IPublishPacket, type Packet, type PacketCmd, parser } from 'mqtt-packet'
import * as bytes from './bytes.js'
import { packetsOf, type Standard } from './standard.js'
import type { Wire, WireEvents } from './wire.js'

/** A packet from the broker, with the bytes it came in. */
export type Received<C extends PacketCmd = PacketCmd> = Extract<Packet, { cmd: C }> & { raw: Buffer }

/** A message as a subscriber sees it. */
export interface Delivery {
  topic: string
  payload: string
  qos: number
  retain: boolean
  dup: boolean
}

const answerTimeoutMs = 25_000

/** A client of bare bytes: it sends only what the test tells it to. */
export class Peer {
  readonly #queue: Received[] = []
  #wire: Wire | null = null
  #unread: Buffer = Buffer.alloc(0)
  #closed = false
  #wake: (() => void)[] = []
  #lastId = 0

  /** Makes packets of its version of MQTT. */
  readonly bytes: bytes.Packets

  private constructor(readonly standard: Standard) {
    this.bytes = packetsOf[standard]
  }

  static async open(standard: Standard, openWire: (events: WireEvents) => Promise<Wire>): Promise<Peer> {
    const peer = new Peer(standard)
    peer.#wire = await openWire({
      onBytes: (chunk) => peer.#receive(chunk),
      onClosed: () => {
        peer.#closed = true
        peer.#notify()
      },
    })
    return peer
  }

  /** Packets that arrived and were not asked for yet. */
  get waiting(): readonly Received[] {
    return this.#queue
  }

  /** Sends everything in one write (over WebSocket, one frame). */
  send(...packets: Buffer[]): void {
    this.#wire?.write(Buffer.concat(packets))
  }

  /** The next packet, whatever it is; null when the connection has ended. */
  async next(): Promise<Received | null> {
    await this.#until(() => this.#queue.length > 0 || this.#closed, 'a packet', false)
    return this.#queue.shift() ?? null
  }

  /** The next packet, which has to be of this kind. */
  async expect<C extends PacketCmd>(cmd: C): Promise<Received<C>> {
    await this.#until(() => this.#queue.length > 0, cmd)
    const next = this.#queue.shift()
    if (next && isOf(next, cmd)) return next
    throw new Error(`expected ${cmd}, got ${describePacket(next)}`)
  }

  /** The first packet of this kind, past others that keep their place. */
  async take<C extends PacketCmd>(cmd: C, id?: number): Promise<Received<C>> {
    const wanted = (one: Received) => one.cmd === cmd && (id === undefined || one.messageId === id)
    await this.#until(() => this.#queue.some(wanted), id === undefined ? cmd : `${cmd} ${id}`)
    const [found] = this.#queue.splice(this.#queue.findIndex(wanted), 1)
    if (found && isOf(found, cmd)) return found
    throw new Error(`expected ${cmd}`)
  }

  /**
   * The broker ends the connection and sends nothing more before, but with MQTT 5 a DISCONNECT that says why: its
   * reason code is returned.
   */
  expectClosed(): Promise<number | null> {
    return this.#expectEnd('disconnect')
  }

  /** Like `expectClosed`, before the client was let in: with MQTT 5 a CONNACK may say why. */
  expectRefused(): Promise<number | null> {
    return this.#expectEnd('connack')
  }

  /** The connection has ended. */
  async closed(): Promise<void> {
    await this.#until(() => this.#closed, 'the end of the connection', false)
  }

  /** Everything sent so far was read by the broker, and the connection lives. */
  async ping(): Promise<void> {
    this.send(bytes.pingreq)
    await this.take('pingresp')
  }

  /** Subscribes to one filter; returns the return code of SUBACK. */
  async subscribe(filter: string | Buffer, qos: number = 0): Promise<number> {
    const [code] = await this.subscribeAll([filter, qos])
    return code ?? -1
  }

  async subscribeAll(...filters: [string | Buffer, number][]): Promise<number[]> {
    const id = this.nextId()
    this.send(this.bytes.subscribe(id, ...filters))
    const { raw } = await this.take('suback', id)
    return subackCodes(this.standard, raw)
  }

  /** Returns the reason codes of UNSUBACK, of which there are none before MQTT 5. */
  async unsubscribe(...filters: string[]): Promise<number[]> {
    const id = this.nextId()
    this.send(this.bytes.unsubscribe(id, ...filters))
    const { raw } = await this.take('unsuback', id)
    return subackCodes(this.standard, raw)
  }

  /** Publishes and sees the exchange of its QoS through; QoS 0 is followed by a ping. */
  async publish(
    topic: string | Buffer,
    payload: string | Buffer,
    fields: bytes.PublishFields = {},
  ): Promise<void> {
    const { qos = 0, id = this.nextId() } = fields
    this.send(this.bytes.publish(topic, payload, { ...fields, id }))
    if (qos === 0) await this.ping()
    if (qos === 1) await this.take('puback', id)
    if (qos !== 2) return
    await this.take('pubrec', id)
    this.send(bytes.pubrel(id))
    await this.take('pubcomp', id)
  }

  /** The next message, acknowledged as its QoS demands. */
  async receive(): Promise<Delivery> {
    const message = await this.take('publish')
    const id = message.messageId ?? 0
    if (message.qos === 1) this.send(bytes.puback(id))
    if (message.qos === 2) {
      this.send(bytes.pubrec(id))
      await this.take('pubrel', id)
      this.send(bytes.pubcomp(id))
    }
    return delivery(message)
  }

  /** Messages that come before the one with this payload, all acknowledged. */
  async receiveUntil(payload: string): Promise<Delivery[]> {
    const before: Delivery[] = []
    for (;;) {
      const message = await this.receive()
      if (message.payload === payload) return before
      before.push(message)
    }
  }

  /** DISCONNECT, then the end. */
  async disconnect(): Promise<void> {
    this.send(bytes.disconnect)
    this.#wire?.end()
    await this.closed()
  }

  /** Destroys the connection without DISCONNECT. */
  drop(): void {
    this.#wire?.drop()
  }

  /** Ends the transport in its orderly way, without DISCONNECT. */
  end(): void {
    this.#wire?.end()
  }

  nextId(): number {
    this.#lastId = (this.#lastId % 65_535) + 1
    return this.#lastId
  }

  #receive(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk])
    for (let size = packetSize(this.#unread); size > 0; size = packetSize(this.#unread)) {
      this.#queue.push(parse(this.standard, this.#unread.subarray(0, size)))
      this.#unread = this.#unread.subarray(size)
    }
    this.#notify()
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  async #expectEnd(farewell: 'connack' | 'disconnect'): Promise<number | null> {
    await this.closed()
    const last = this.#queue[0]
    if (!last) return null
    const code = this.standard === 'mqtt5' && last.cmd === farewell ? (last.reasonCode ?? 0) : 0
    if (code >= 0x80 && this.#queue.length === 1) return code
    throw new Error(`before the end came ${this.#queue.map(describePacket).join(', ')}`)
  }

  async #until(done: () => boolean, what: string, needsConnection = true): Promise<void> {
    let expired = false
    const timer = setTimeout(() => {
      expired = true
      this.#notify()
    }, answerTimeoutMs)
    try {
      while (!done()) {
        if (needsConnection && this.#closed) throw new Error(`the connection ended before ${what} came`)
        if (expired)
          throw new Error(`${what} did not come; waiting: ${this.#queue.map(describePacket).join(', ')}`)
        await new Promise<void>((resolve) => this.#wake.push(resolve))
      }
    } finally {
      clearTimeout(timer)
    }
  }
}

export function delivery(message: IPublishPacket): Delivery {
  const { topic, qos, retain, dup } = message
  return { topic, payload: message.payload.toString(), qos, retain, dup }
}

function isOf<C extends PacketCmd>(one: Received, cmd: C): one is Received<C> {
  return one.cmd === cmd
}

function describePacket(one: Received | undefined): string {
  return one ? `${one.cmd} <${one.raw.toString('hex').slice(0, 80)}>` : 'nothing'
}

/** Bytes of the packet at the front, 0 while it is not complete. */
function packetSize(unread: Buffer): number {
  let length = 0
  for (let i = 1; i <= 4 && i < unread.length; i++) {
    const byte = unread[i] ?? 0
    length += (byte & 127) * 128 ** (i - 1)
    if (byte < 128) return 1 + i + length <= unread.length ? 1 + i + length : 0
  }
  return 0
}

/** Return codes of a SUBACK, or reason codes of a SUBACK or UNSUBACK of MQTT 5, behind their properties. */
export function subackCodes(standard: Standard, raw: Buffer): number[] {
  const headBytes = 1 + variableIntegerBytes(raw, 1)
  if (standard === 'mqtt311') return [...raw.subarray(headBytes + 2)]
  const sectionAt = headBytes + 2
  const lengthBytes = variableIntegerBytes(raw, sectionAt)
  const length = raw
    .subarray(sectionAt, sectionAt + lengthBytes)
    .reduceRight((sum, byte) => sum * 128 + (byte & 127), 0)
  return [...raw.subarray(sectionAt + lengthBytes + length)]
}

function variableIntegerBytes(bytes: Buffer, at: number): number {
  let end = at
  while ((bytes[end] ?? 0) > 127) end += 1
  return end - at + 1
}

function parse(standard: Standard, raw: Buffer): Received {
  const reader = parser({ protocolVersion: standard === 'mqtt5' ? 5 : 4 })
  const found: Packet[] = []
  reader.on('packet', (one) => found.push(one))
  reader.on('error', (error: Error) => {
    throw new Error(`the broker sent ${raw.toString('hex').slice(0, 80)}: ${error.message}`)
  })
  reader.parse(raw)
  const [one] = found
  if (!one) throw new Error(`the broker sent ${raw.toString('hex').slice(0, 80)}, which is no packet`)
  return Object.assign(one, { raw })
}
