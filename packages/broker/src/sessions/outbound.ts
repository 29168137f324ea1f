import type { StoredEntry } from '../interface/persistence.js'
import type { Message } from '../messages/message.js'
import { PacketType, publishFlags, pubrelByte, unknownPubrel } from '../packets/encode.js'
import type { SessionWriter } from '../persistence/store-writer.js'
import type { Grant } from '../routing/grant.js'
import { DeliveryKind } from '../routing/router.js'
import type { SharedGroup } from '../routing/shared-group.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import type { Delivery, Loss, Sendable, Sending } from './delivery.js'
import { InflightWindow, Stage } from './inflight-window.js'
import { MessageQueue, type Queued, type QueueLimits } from './message-queue.js'
import { Qos0Sender } from './qos0-sender.js'
import { QueueMemory } from './queue-memory.js'
import { Resending } from './resending.js'

export interface OutboundLimits extends QueueLimits {
  maxInflight: number
  maxInflightBytes: number
  slowConsumerDropBytes: number
}

export interface OutboundOptions {
  /** Its messages are kept, to be sent again on the next connection. */
  stored: boolean
  /** Null unless the session survives a restart. */
  writer: SessionWriter | null
  memory?: QueueMemory
}

/**
 * The outbound messages of one session, in order: an in-flight window of QoS 1 and 2 messages, and a queue behind it.
 * While the queue is not empty QoS 0 messages wait in it too, so that they overtake nothing.
 */
export class Outbound {
  /** QoS 1 and 2 messages that were acknowledged so far. */
  acknowledgements = 0
  /** How many QoS 1 and 2 messages the client takes before it has acknowledged some (MQTT 5, section 3.1.2.11.3). */
  receiveMaximum = 65_535
  readonly queue: MessageQueue
  readonly #limits: OutboundLimits
  #stored: boolean
  #writer: SessionWriter | null
  readonly #inflight: InflightWindow
  #nextSequence = 1
  /** There while messages in flight from an earlier connection are still to be sent again. */
  #resending: Resending | null = null
  readonly #qos0: Qos0Sender

  constructor(
    limits: OutboundLimits,
    { stored, writer, memory = new QueueMemory(Number.POSITIVE_INFINITY) }: OutboundOptions,
  ) {
    this.#limits = limits
    this.#stored = stored
    this.#writer = writer
    this.#inflight = new InflightWindow(memory)
    this.#qos0 = new Qos0Sender(limits.slowConsumerDropBytes)
    this.queue = new MessageQueue(limits, memory)
  }

  get queued(): number {
    return this.queue.size
  }

  /** Something is to be sent. */
  get waits(): boolean {
    return this.#resending !== null || this.queue.size > 0
  }

  get inflight(): number {
    return this.#inflight.size
  }

  /**
   * Whether a message of a shared subscription would be sent at once. A member with many unacknowledged messages is passed
   * over before its window is full, in favour of a faster one.
   */
  hasRoom(out: OutgoingQueue): boolean {
    return !this.waits && this.#inflight.size < maxInflightOfGroup && !this.#mustWait(out)
  }

  /** Sends a message now when nothing is before it, else queues it. `out` is null while no client is connected. */
  deliver(
    out: OutgoingQueue | null,
    message: Message,
    grant: Grant,
    kind: DeliveryKind,
    group: SharedGroup | null = null,
  ): Delivery {
    const qos = grant.qosFor(message.qos)
    const { identifiers } = grant
    const retain = kind === DeliveryKind.retained || (grant.retainAsPublished && message.retain)
    if (!out || this.waits) return this.#enqueue({ message, qos, retain, identifiers, group })
    if (out.isTooLarge(message, qos, identifiers)) return 'dropped_large'
    if (qos === 0) {
      const isShared = kind === DeliveryKind.fanOut && !retain && identifiers.length === 0
      if (isShared) return this.#qos0.sendShared(out, message)
      return this.#qos0.send(out, message, retain, identifiers)
    }
    if (this.#mustWait(out) || (qos === 2 && this.#writer))
      return this.#enqueue({ message, qos, retain, identifiers, group })
    const packetId = this.#inflight.reserve()
    const sequence = this.#nextSequence++
    this.#writer?.queued({ sequence, message, qos, retain, identifiers, packetId })
    this.#send(out, { message, qos, retain, identifiers, packetId, sequence, group })
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

  /**
   * PUBREC: from here on only PUBREL is sent again. In a session that survives a restart it leaves once it is durable. In MQTT 5
   * an id that is not in flight is answered as unknown.
   */
  received(out: OutgoingQueue, packetId: number): void {
    const stage = this.#inflight.stage(packetId)
    if (stage === Stage.none && out.version === 5) {
      out.packet(unknownPubrel(packetId))
      return
    }
    const isNew = stage === Stage.qos2
    if (isNew) {
      this.#resending?.forget(packetId)
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
    if (!this.#resend(out)) return
    for (let next = this.queue.first; next; next = this.queue.first) {
      const loss = this.#lossOf(out, next)
      if (loss !== null) {
        this.queue.shift()
        this.#dropped(next)
        sent(next.message, loss)
        continue
      }
      if (next.qos > 0 && this.#mustWait(out)) return
      if (next.qos === 2 && this.#writer && next.packetId === 0) this.#prepare(this.#writer, later)
      if (next.preparing) return
      this.queue.shift()
      if (next.qos === 0)
        sent(next.message, this.#qos0.send(out, next.message, next.retain, next.identifiers))
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

  /**
   * Sends all messages in flight again on a new connection, in their first order [MQTT-4.4.0-1, -4.6.0-1]: as many as the client
   * takes at once, and the others as it acknowledges these.
   */
  resend(out: OutgoingQueue): void {
    const packetIds = this.#inflight.all().map(({ packetId }) => packetId)
    if (packetIds.length > 0) this.#resending = new Resending(this.#inflight, packetIds)
    this.#resend(out)
  }

  /** Restores one entry of the store; call it in rising order. */
  restore({ sequence, qos, retain, identifiers, packetId, released }: StoredEntry, message: Message): void {
    this.#nextSequence = sequence + 1
    if (packetId === 0) {
      const bytes = message.costBytes
      const entry = { message, qos, retain, identifiers, sequence, group: null, bytes }
      this.queue.add({ ...entry, packetId: 0, preparing: false })
      return
    }
    const kept = { message: released ? null : message.keep(), retain, identifiers, sequence, group: null }
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
    this.#inflight.end()
  }

  #dropped({ sequence, packetId }: Queued): void {
    if (packetId > 0) this.#inflight.free(packetId)
    if (sequence > 0) this.#writer?.dequeued(sequence)
  }

  /** The message of this id was acknowledged, or is not wanted any more. */
  #drop(packetId: number): void {
    if (this.#writer) this.#writer.dequeued(this.#inflight.kept(packetId)?.sequence ?? 0)
    this.#resending?.forget(packetId)
    this.#inflight.free(packetId)
  }

  #resend(out: OutgoingQueue): boolean {
    if (this.#resending === null) return true
    const isDone = this.#resending.continue(out, this.receiveMaximum, (packetId) => this.#drop(packetId))
    if (isDone) this.#resending = null
    return isDone
  }

  #mustWait(out: OutgoingQueue): boolean {
    const { maxInflight, maxInflightBytes, slowConsumerDropBytes } = this.#limits
    const { size } = this.#inflight
    const full =
      size >= maxInflight || size >= this.receiveMaximum || this.#inflight.keptBytes >= maxInflightBytes
    return full || out.exceeds(slowConsumerDropBytes)
  }

  /** Why a queued message is not sent, if it is not. Of one that is being sent for the first time nothing has left yet. */
  #lossOf(out: OutgoingQueue, { message, qos, identifiers }: Queued): Loss | null {
    if (message.expired) return 'expired'
    return out.isTooLarge(message, qos, identifiers) ? 'dropped_large' : null
  }

  #enqueue({ message, qos, retain, identifiers, group }: Sendable): Delivery {
    const bytes = message.costBytes
    if (!this.queue.makeRoom(bytes, qos)) return 'dropped_full'
    const sequence = qos > 0 ? this.#nextSequence++ : 0
    this.queue.add({
      message: this.#stored ? message.keep() : message.keepBriefly(),
      qos,
      retain,
      identifiers,
      sequence,
      group,
      packetId: 0,
      preparing: false,
      bytes,
    })
    if (qos !== 0) this.#writer?.queued({ sequence, message, qos, retain, identifiers, packetId: 0 })
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

  #send(out: OutgoingQueue, { message, qos, retain, identifiers, packetId, sequence, group }: Sending): void {
    // Nothing of a clean session is sent again, so it need not keep the bytes.
    const kept =
      this.#stored || group ? { message: message.keep(), retain, identifiers, sequence, group } : null
    this.#inflight.sent(packetId, qos, kept)
    out.publish(message, publishFlags(qos, retain), packetId, identifiers)
  }
}

const maxInflightOfGroup = 256
