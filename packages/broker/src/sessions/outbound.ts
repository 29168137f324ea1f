import type { StoredEntry } from '../interface/persistence.js'
import type { Qos } from '../interface/types.js'
import type { Message } from '../messages/message.js'
import { PacketType, publishFlags } from '../packets/encode.js'
import type { SessionWriter } from '../persistence/store-writer.js'
import type { Grant } from '../routing/grant.js'
import { DeliveryKind } from '../routing/router.js'
import type { SharedGroup } from '../routing/shared-group.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import { InflightWindow, Stage } from './inflight-window.js'
import { MessageQueue, type Queued, type QueueLimits } from './message-queue.js'
import { QueueMemory } from './queue-memory.js'

export interface OutboundLimits extends QueueLimits {
  maxInflight: number
  maxInflightBytes: number
  slowConsumerDropBytes: number
}

export type Delivery = 'sent' | 'queued' | 'dropped_slow' | 'dropped_full'

export interface OutboundOptions {
  /** Its messages are kept, to be sent again on the next connection. */
  stored: boolean
  /** Null unless the session survives a restart. */
  writer: SessionWriter | null
  memory?: QueueMemory
}

/** A QoS 1 or 2 message that is sent with a packet id. */
interface Sending {
  message: Message
  qos: Qos
  retain: boolean
  packetId: number
  sequence: number
  group: SharedGroup | null
}

/**
 * The outbound messages of one session, in order: an in-flight window of QoS 1 and 2 messages, and a queue behind it.
 * While the queue is not empty QoS 0 messages wait in it too, so that they overtake nothing.
 */
export class Outbound {
  /** QoS 1 and 2 messages that were acknowledged so far. */
  acknowledgements = 0
  readonly queue: MessageQueue
  readonly #limits: OutboundLimits
  #stored: boolean
  #writer: SessionWriter | null
  readonly #memory: QueueMemory
  readonly #inflight = new InflightWindow()
  /** Memory of the messages in flight that are kept. */
  #inflightBytes = 0
  #nextSequence = 1
  /** The largest QoS 0 payload that was sent since the client was last not behind. */
  #largestBytes = 0

  constructor(
    limits: OutboundLimits,
    { stored, writer, memory = new QueueMemory(Number.POSITIVE_INFINITY) }: OutboundOptions,
  ) {
    this.#limits = limits
    this.#stored = stored
    this.#writer = writer
    this.#memory = memory
    this.queue = new MessageQueue(limits, memory)
  }

  get queued(): number {
    return this.queue.size
  }

  get inflight(): number {
    return this.#inflight.size
  }

  /**
   * Whether a message of a shared subscription would be sent at once. A member with many unacknowledged messages is passed
   * over before its window is full, in favour of a faster one.
   */
  hasRoom(out: OutgoingQueue): boolean {
    return this.queue.size === 0 && this.#inflight.size < maxInflightOfGroup && !this.#mustWait(out)
  }

  /** Sends a message now when nothing is before it, else queues it. `out` is null while no client is connected. */
  deliver(
    out: OutgoingQueue | null,
    message: Message,
    grant: Grant,
    kind: DeliveryKind,
    group: SharedGroup | null = null,
  ): Delivery {
    const qos = grant.qos < message.qos ? grant.qos : message.qos
    const retain = kind === DeliveryKind.retained
    if (!out || this.queue.size > 0) return this.#enqueue(message, qos, retain, group)
    if (qos === 0) return this.#sendQos0(out, message, kind)
    if (this.#mustWait(out) || (qos === 2 && this.#writer)) return this.#enqueue(message, qos, retain, group)
    const packetId = this.#inflight.reserve()
    const sequence = this.#nextSequence++
    this.#writer?.queued({ sequence, message, qos, retain, packetId })
    this.#send(out, { message, qos, retain, packetId, sequence, group })
    return 'sent'
  }

  /**
   * Whether a PUBACK, PUBREC or PUBCOMP is of the kind that answers the packet with this id [MQTT-4.8.0-1]. One with an unknown
   * id is, as the client may answer a message that is not wanted any more.
   */
  expects(packetId: number, type: number): boolean {
    const stage = this.#inflight.stage(packetId)
    if (stage === Stage.qos1) return type === PacketType.puback
    return (stage !== Stage.qos2 && stage !== Stage.released) || type !== PacketType.puback
  }

  /** PUBACK or PUBCOMP: the client has the message. False for an id that is not in flight. */
  acknowledged(packetId: number, type: number): boolean {
    const stage = this.#inflight.stage(packetId)
    const expected =
      type === PacketType.puback ? stage === Stage.qos1 : stage === Stage.qos2 || stage === Stage.released
    if (!expected) return false
    this.#drop(packetId)
    this.acknowledgements++
    return true
  }

  /** PUBREC: from here on only PUBREL is sent again. In a session that survives a restart it leaves once it is durable. */
  received(out: OutgoingQueue, packetId: number): void {
    const isNew = this.#inflight.stage(packetId) === Stage.qos2
    if (isNew) {
      this.#releaseMessage(packetId)
      this.#inflight.released(packetId)
    }
    if (!isNew || !this.#writer) {
      out.acknowledge(pubrelByte, packetId)
      return
    }
    const kept = this.#inflight.kept(packetId)
    this.#writer.released(kept?.sequence ?? 0)
    this.#writer.whenDurable(() => out.acknowledge(pubrelByte, packetId))
  }

  /**
   * Sends queued messages as far as the window and the outgoing queue allow. `later` is called when it is worth trying
   * again: a QoS 2 message of a session that survives a restart leaves once its packet id is durable, as the client could
   * get it twice otherwise.
   */
  drain(out: OutgoingQueue, sent: (message: Message, delivery: Delivery) => void, later: () => void): void {
    for (let next = this.queue.first; next; next = this.queue.first) {
      if (next.qos > 0 && this.#mustWait(out)) return
      if (next.qos === 2 && this.#writer && next.packetId === 0) this.#prepare(this.#writer, later)
      if (next.preparing) return
      this.queue.shift()
      if (next.qos === 0)
        sent(
          next.message,
          this.#sendQos0(out, next.message, next.retain ? DeliveryKind.retained : DeliveryKind.single),
        )
      else {
        if (next.packetId === 0) {
          next.packetId = this.#inflight.reserve()
          this.#writer?.sent(next.sequence, next.packetId)
        }
        this.#send(out, next)
        sent(next.message, 'sent')
      }
    }
  }

  /** Sends all messages in flight again on a new connection, in their first order [MQTT-4.4.0-1, -4.6.0-1]. */
  resend(out: OutgoingQueue): void {
    for (const { packetId, kept } of this.#inflight.all()) {
      const { message, retain } = kept
      if (message)
        out.publish(message, publishFlags(this.#inflight.stage(packetId), { retain, dup: true }), packetId)
      else if (this.#inflight.stage(packetId) === Stage.released) out.acknowledge(pubrelByte, packetId)
    }
  }

  /** Restores one entry of the store; call it in rising order. */
  restore({ sequence, qos, retain, packetId, released }: StoredEntry, message: Message): void {
    this.#nextSequence = sequence + 1
    if (packetId === 0) {
      const bytes = message.costBytes
      this.queue.add({ message, qos, retain, sequence, group: null, packetId: 0, preparing: false, bytes })
      return
    }
    const kept = { message: released ? null : this.#keep(message), retain, sequence, group: null }
    this.#inflight.restore(packetId, qos, kept)
  }

  /** Forgets queued messages and messages in flight whose topic is not wanted any more. */
  purge(wanted: (topic: string) => boolean): void {
    for (const entry of this.queue.take(({ message }) => !wanted(message.topic))) this.#dropped(entry)
    for (const { packetId, kept } of this.#inflight.all()) {
      if (kept.message && !wanted(kept.message.topic)) this.#drop(packetId)
    }
  }

  /**
   * Takes out the messages that may go to another member of their group: those that were not sent, and QoS 1 messages that
   * were not acknowledged. A QoS 2 message that was sent may not (MQTT 5, section 4.8.2).
   */
  takeShared(movable: (group: SharedGroup) => boolean): { message: Message; group: SharedGroup }[] {
    const taken: { message: Message; group: SharedGroup }[] = []
    for (const { packetId, kept } of this.#inflight.all()) {
      const { message, group } = kept
      if (!message || !group || this.#inflight.stage(packetId) !== Stage.qos1 || !movable(group)) continue
      this.#drop(packetId)
      taken.push({ message, group })
    }
    for (const entry of this.queue.take(({ group }) => group !== null && movable(group))) {
      this.#dropped(entry)
      if (entry.group) taken.push({ message: entry.message, group: entry.group })
    }
    return taken
  }

  /** The session is not stored any more. */
  forget(): void {
    this.#stored = false
    this.#writer = null
  }

  /** The session has ended: nothing of it is kept. */
  end(): void {
    this.queue.take(() => true)
    for (const { packetId } of this.#inflight.all()) this.#releaseMessage(packetId)
  }

  #keep(message: Message): Message {
    const kept = message.keep()
    this.#memory.hold(kept)
    this.#inflightBytes += kept.costBytes
    return kept
  }

  #releaseMessage(packetId: number): void {
    const kept = this.#inflight.kept(packetId)
    if (!kept?.message) return
    this.#memory.release(kept.message)
    this.#inflightBytes -= kept.message.costBytes
    kept.message = null
  }

  #dropped({ sequence, packetId }: Queued): void {
    if (packetId > 0) this.#inflight.free(packetId)
    if (sequence > 0) this.#writer?.dequeued(sequence)
  }

  /** The message of this id was acknowledged, or is not wanted any more. */
  #drop(packetId: number): void {
    if (this.#writer) this.#writer.dequeued(this.#inflight.kept(packetId)?.sequence ?? 0)
    this.#releaseMessage(packetId)
    this.#inflight.free(packetId)
  }

  #mustWait(out: OutgoingQueue): boolean {
    const { maxInflight, maxInflightBytes, slowConsumerDropBytes } = this.#limits
    const full = this.#inflight.size >= maxInflight || this.#inflightBytes >= maxInflightBytes
    return full || out.exceeds(slowConsumerDropBytes)
  }

  #enqueue(message: Message, qos: Qos, retain: boolean, group: SharedGroup | null): Delivery {
    const bytes = message.costBytes
    if (!this.queue.makeRoom(bytes, qos)) return 'dropped_full'
    const sequence = qos > 0 ? this.#nextSequence++ : 0
    this.queue.add({
      message: this.#stored ? message.keep() : message.keepBriefly(),
      qos,
      retain,
      sequence,
      group,
      packetId: 0,
      preparing: false,
      bytes,
    })
    if (qos !== 0) this.#writer?.queued({ sequence, message, qos, retain, packetId: 0 })
    return 'queued'
  }

  /** Gives packet ids to the next QoS 2 messages, and keeps them back until the ids are durable. */
  #prepare(writer: SessionWriter, later: () => void): void {
    const prepared: Queued[] = []
    for (const entry of this.queue.firstUpTo(this.#limits.maxInflight - this.inflight)) {
      if (entry.qos < 2 || entry.packetId > 0) continue
      entry.packetId = this.#inflight.reserve()
      entry.preparing = true
      writer.sent(entry.sequence, entry.packetId)
      prepared.push(entry)
    }
    writer.whenDurable(() => {
      for (const entry of prepared) entry.preparing = false
      later()
    })
  }

  #sendQos0(out: OutgoingQueue, message: Message, kind: DeliveryKind): Delivery {
    if (!this.#takesQos0(out, message.payloadBytes)) return 'dropped_slow'
    if (kind === DeliveryKind.fanOut) out.shared(message.frame())
    else out.publish(message, publishFlags(0, { retain: kind === DeliveryKind.retained }), 0)
    return 'sent'
  }

  /** Whether a QoS 0 message may be sent. One message above the limit is no reason to drop it, or those behind it. */
  #takesQos0(out: OutgoingQueue, payloadBytes: number): boolean {
    const isBehind = out.exceeds(this.#limits.slowConsumerDropBytes)
    const largest = isBehind ? Math.max(this.#largestBytes, payloadBytes) : payloadBytes
    if (isBehind && out.exceeds(2 * largest)) return false
    this.#largestBytes = largest
    return true
  }

  #send(out: OutgoingQueue, { message, qos, retain, packetId, sequence, group }: Sending): void {
    // Nothing of a clean session is sent again, so it need not keep the bytes.
    const kept = this.#stored || group ? { message: this.#keep(message), retain, sequence, group } : null
    this.#inflight.sent(packetId, qos, kept)
    out.publish(message, publishFlags(qos, { retain }), packetId)
  }
}

const maxInflightOfGroup = 256
const pubrelByte = (PacketType.pubrel << 4) | 2
