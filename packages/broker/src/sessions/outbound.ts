import { PacketType, publishFlags } from '../packets/encode.js'
import type { Message } from '../packets/message.js'
import type { OutQueue } from '../transport/out-queue.js'
import type { Qos } from '../types.js'

export interface OutboundLimits {
  maxInflight: number
  maxQueuedMessages: number
  maxQueuedBytes: number
  slowConsumerDropBytes: number
}

export type Delivery = 'sent' | 'queued' | 'dropped_slow' | 'dropped_full'

/**
 * Messages on their way to one session, in order: a window of unacknowledged QoS 1 and 2 messages, and a queue behind
 * it. While the queue is not empty QoS 0 messages wait in it too, so that they overtake nothing.
 */
export class Outbound {
  readonly #limits: OutboundLimits
  #inflight: Map<number, Inflight> | null = null
  #queue: Queued[] = []
  #head = 0
  #queuedBytes = 0
  #queuedQos0 = 0
  #nextId = 1

  constructor(limits: OutboundLimits) {
    this.#limits = limits
  }

  get queued(): number {
    return this.#queue.length - this.#head
  }

  get inflight(): number {
    return this.#inflight?.size ?? 0
  }

  /** Sends a message now when its turn has come, else queues it. `out` is null while nobody is connected. */
  deliver(
    out: OutQueue | null,
    message: Message,
    qos: Qos,
    retain: boolean,
    alone: boolean,
    stored: boolean,
  ): Delivery {
    if (!out || this.queued > 0) return this.#enqueue(message, qos, retain)
    if (qos === 0) return this.#sendQos0(out, message, retain, alone)
    if (this.#mustWait(out)) return this.#enqueue(message, qos, retain)
    this.#sendQos(out, message, qos, retain, stored)
    return 'sent'
  }

  /** PUBACK or PUBCOMP: the message is the receiver's. False for an id that is not in flight. */
  acknowledged(packetId: number, type: number): boolean {
    const entry = this.#inflight?.get(packetId)
    if (!entry || (type === PacketType.puback) !== (entry.qos === 1)) return false
    this.#inflight?.delete(packetId)
    return true
  }

  /** PUBREC: from here on only PUBREL is sent again. */
  received(out: OutQueue, packetId: number): void {
    const entry = this.#inflight?.get(packetId)
    if (entry && entry.qos === 2) {
      entry.released = true
      entry.message = null
    }
    out.acknowledge(pubrelByte, packetId)
  }

  /** Sends what the window and the peer's appetite allow of the queue. */
  drain(out: OutQueue, stored: boolean, sent: (message: Message, delivery: Delivery) => void): void {
    while (this.#head < this.#queue.length) {
      const next = this.#queue[this.#head] as Queued
      if (next.qos > 0 && this.#mustWait(out)) return
      this.#shift()
      if (next.qos === 0) sent(next.message, this.#sendQos0(out, next.message, next.retain, true))
      else {
        this.#sendQos(out, next.message, next.qos, next.retain, stored)
        sent(next.message, 'sent')
      }
    }
  }

  /** On a new connection: everything in flight again, in the order it was sent first [MQTT-4.4.0-1, -4.6.0-1]. */
  resend(out: OutQueue): void {
    for (const [packetId, entry] of this.#inflight ?? []) {
      if (entry.released) out.acknowledge(pubrelByte, packetId)
      else if (entry.message)
        out.publish(entry.message, publishFlags(entry.qos, entry.retain, true), packetId)
    }
  }

  /** Forgets queued messages whose topic is not wanted any more, and those in flight of it. */
  purge(wanted: (topic: string) => boolean): void {
    this.#queue = this.#queue.slice(this.#head).filter(({ message }) => wanted(message.topic))
    this.#head = 0
    this.#queuedQos0 = this.#queue.filter(({ qos }) => qos === 0).length
    this.#queuedBytes = this.#queue.reduce((sum, { message }) => sum + message.costBytes, 0)
    for (const [packetId, { message }] of this.#inflight ?? []) {
      if (message && !wanted(message.topic)) this.#inflight?.delete(packetId)
    }
  }

  #mustWait(out: OutQueue): boolean {
    return this.inflight >= this.#limits.maxInflight || out.backlogBytes > this.#limits.slowConsumerDropBytes
  }

  #enqueue(message: Message, qos: Qos, retain: boolean): Delivery {
    const full = () =>
      this.queued >= this.#limits.maxQueuedMessages ||
      this.#queuedBytes + message.costBytes > this.#limits.maxQueuedBytes
    while (full()) if (qos === 0 || !this.#dropOldestQos0()) return 'dropped_full'
    this.#queue.push({ message: message.keep(), qos, retain })
    this.#queuedBytes += message.costBytes
    if (qos === 0) this.#queuedQos0++
    return 'queued'
  }

  #dropOldestQos0(): boolean {
    if (this.#queuedQos0 === 0) return false
    const at = this.#queue.findIndex((entry, index) => index >= this.#head && entry.qos === 0)
    if (at < 0) return false
    this.#queuedQos0--
    this.#queuedBytes -= this.#queue.splice(at, 1)[0]?.message.costBytes ?? 0
    return true
  }

  #shift(): void {
    const entry = this.#queue[this.#head] as Queued
    this.#queuedBytes -= entry.message.costBytes
    if (entry.qos === 0) this.#queuedQos0--
    this.#head++
    if (this.#head === this.#queue.length || this.#head > 1024) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }

  #sendQos0(out: OutQueue, message: Message, retain: boolean, alone: boolean): Delivery {
    if (out.backlogBytes > this.#limits.slowConsumerDropBytes) return 'dropped_slow'
    if (alone || retain) out.publish(message, publishFlags(0, retain, false), 0)
    else out.shared(message.frame())
    return 'sent'
  }

  #sendQos(out: OutQueue, message: Message, qos: 1 | 2 | 0, retain: boolean, stored: boolean): void {
    const inflight = this.#inflight ?? new Map<number, Inflight>()
    this.#inflight = inflight
    while (inflight.has(this.#nextId)) this.#nextId = (this.#nextId % 65_535) + 1
    const packetId = this.#nextId
    this.#nextId = (packetId % 65_535) + 1
    // A clean session is never resent anything: it need not keep the bytes.
    inflight.set(packetId, { message: stored ? message.keep() : null, qos, retain, released: false })
    out.publish(message, publishFlags(qos, retain, false), packetId)
  }
}

interface Queued {
  message: Message
  qos: Qos
  retain: boolean
}

interface Inflight {
  message: Message | null
  qos: Qos
  retain: boolean
  released: boolean
}

const pubrelByte = (PacketType.pubrel << 4) | 2
