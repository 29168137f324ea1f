import { PacketType, publishFlags } from '../packets/encode.js'
import type { Message } from '../packets/message.js'
import type { SessionJournal } from '../persistence/journal.js'
import type { StoredEntry } from '../persistence/persistence.js'
import type { SharedGroup } from '../routing/shared-group.js'
import type { OutQueue } from '../transport/out-queue.js'
import type { Qos } from '../types.js'
import { Backlog, type BacklogLimits, type Queued } from './backlog.js'
import { Inflight, Stage } from './inflight.js'
import { QueueMemory } from './queue-memory.js'

export interface OutboundLimits extends BacklogLimits {
  maxInflight: number
  maxInflightBytes: number
  slowConsumerDropBytes: number
}

export type Delivery = 'sent' | 'queued' | 'dropped_slow' | 'dropped_full'

/**
 * Messages on their way to one session, in order: a window of unacknowledged QoS 1 and 2 messages, and a queue behind
 * it. While the queue is not empty QoS 0 messages wait in it too, so that they overtake nothing.
 */
export class Outbound {
  /** QoS 1 and 2 messages that were acknowledged so far. */
  acknowledgements = 0
  readonly queue: Backlog
  readonly #limits: OutboundLimits
  #keep: boolean
  #journal: SessionJournal | null
  readonly #memory: QueueMemory
  readonly #inflight = new Inflight()
  /** Of those that are kept. */
  #inflightBytes = 0
  #nextSequence = 1
  /** The largest payload of QoS 0 that was sent since the peer was not behind. */
  #largestBytes = 0

  /** `keep`: for a stored session, whose messages are sent again. `journal`: for one that survives a restart. */
  constructor(
    limits: OutboundLimits,
    keep: boolean,
    journal: SessionJournal | null,
    memory = new QueueMemory(Number.POSITIVE_INFINITY),
  ) {
    this.#limits = limits
    this.#keep = keep
    this.#journal = journal
    this.#memory = memory
    this.queue = new Backlog(limits, memory)
  }

  get queued(): number {
    return this.queue.size
  }

  get inflight(): number {
    return this.#inflight.size
  }

  /**
   * Whether a message that others could have in its place would be sent at once. Who has many of them unacknowledged is
   * passed over before its window is full: they are better off with a quicker one.
   */
  hasRoom(out: OutQueue): boolean {
    return this.queue.size === 0 && this.#inflight.size < mostOfGroup && !this.#mustWait(out)
  }

  /** Sends a message now when its turn has come, else queues it. `out` is null while nobody is connected. */
  deliver(
    out: OutQueue | null,
    message: Message,
    qos: Qos,
    retain: boolean,
    alone: boolean,
    group: SharedGroup | null = null,
  ): Delivery {
    if (!out || this.queue.size > 0) return this.#enqueue(message, qos, retain, group)
    if (qos === 0) return this.#sendQos0(out, message, retain, alone)
    if (this.#mustWait(out) || (qos === 2 && this.#journal)) return this.#enqueue(message, qos, retain, group)
    const packetId = this.#inflight.reserve()
    const sequence = this.#nextSequence++
    this.#journal?.queued(sequence, message, qos, retain, packetId)
    this.#send(out, message, qos, retain, packetId, sequence, group)
    return 'sent'
  }

  /** PUBACK or PUBCOMP: the message is the receiver's. False for an id that is not in flight. */
  acknowledged(packetId: number, type: number): boolean {
    const stage = this.#inflight.stage(packetId)
    const expected =
      type === PacketType.puback ? stage === Stage.qos1 : stage === Stage.qos2 || stage === Stage.released
    if (!expected) return false
    this.#drop(packetId)
    this.acknowledgements++
    return true
  }

  /** PUBREC: from here on only PUBREL is sent again. It leaves when that is as sure as the session is. */
  received(out: OutQueue, packetId: number): void {
    const isNews = this.#inflight.stage(packetId) === Stage.qos2
    if (isNews) {
      this.#letGo(packetId)
      this.#inflight.released(packetId)
    }
    if (!isNews || !this.#journal) {
      out.acknowledge(pubrelByte, packetId)
      return
    }
    const kept = this.#inflight.kept(packetId)
    this.#journal.released(kept?.sequence ?? 0)
    this.#journal.settled(() => out.acknowledge(pubrelByte, packetId))
  }

  /**
   * Sends what the window and the peer's appetite allow of the queue. `later` is called when it makes sense to try
   * again: a QoS 2 message of a journaled session leaves once its packet id is sure, or it might come twice.
   */
  drain(out: OutQueue, sent: (message: Message, delivery: Delivery) => void, later: () => void): void {
    for (let next = this.queue.first; next; next = this.queue.first) {
      if (next.qos > 0 && this.#mustWait(out)) return
      if (next.qos === 2 && this.#journal && next.packetId === 0) this.#prepare(this.#journal, later)
      if (next.preparing) return
      this.queue.shift()
      if (next.qos === 0) sent(next.message, this.#sendQos0(out, next.message, next.retain, true))
      else {
        if (next.packetId === 0) {
          next.packetId = this.#inflight.reserve()
          this.#journal?.sent(next.sequence, next.packetId)
        }
        this.#send(out, next.message, next.qos, next.retain, next.packetId, next.sequence, next.group)
        sent(next.message, 'sent')
      }
    }
  }

  /** On a new connection: everything in flight again, in the order it was sent first [MQTT-4.4.0-1, -4.6.0-1]. */
  resend(out: OutQueue): void {
    for (const { packetId, kept } of this.#inflight.all()) {
      const { message, retain } = kept
      if (message) out.publish(message, publishFlags(this.#inflight.stage(packetId), retain, true), packetId)
      else if (this.#inflight.stage(packetId) === Stage.released) out.acknowledge(pubrelByte, packetId)
    }
  }

  /** Takes back what the store had of this session; to be called in rising order. */
  restore({ sequence, qos, retain, packetId, released }: StoredEntry, message: Message): void {
    this.#nextSequence = sequence + 1
    if (packetId === 0) {
      const bytes = message.costBytes
      this.queue.add({ message, qos, retain, sequence, group: null, packetId: 0, preparing: false, bytes })
      return
    }
    const kept = { message: released ? null : this.#hold(message), retain, sequence, group: null }
    this.#inflight.restore(packetId, qos, kept)
  }

  /** Forgets queued messages whose topic is not wanted any more, and those in flight of it. */
  purge(wanted: (topic: string) => boolean): void {
    for (const entry of this.queue.take(({ message }) => !wanted(message.topic))) this.#dropped(entry)
    for (const { packetId, kept } of this.#inflight.all()) {
      if (kept.message && !wanted(kept.message.topic)) this.#drop(packetId)
    }
  }

  /**
   * Takes out what may go to another member of its group: what was not sent, and QoS 1 that was not acknowledged.
   * QoS 2 that was sent may not (MQTT 5, section 4.8.2).
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

  /** The session is no stored one any more. */
  forget(): void {
    this.#keep = false
    this.#journal = null
  }

  /** The session is gone: nothing of it is kept. */
  end(): void {
    this.queue.take(() => true)
    for (const { packetId } of this.#inflight.all()) this.#letGo(packetId)
  }

  #hold(message: Message): Message {
    const kept = message.keep()
    this.#memory.hold(kept)
    this.#inflightBytes += kept.costBytes
    return kept
  }

  #letGo(packetId: number): void {
    const kept = this.#inflight.kept(packetId)
    if (!kept?.message) return
    this.#memory.release(kept.message)
    this.#inflightBytes -= kept.message.costBytes
    kept.message = null
  }

  #dropped({ sequence, packetId }: Queued): void {
    if (packetId > 0) this.#inflight.free(packetId)
    if (sequence > 0) this.#journal?.dequeued(sequence)
  }

  /** The message of this id is the receiver's, or nobody's. */
  #drop(packetId: number): void {
    if (this.#journal) this.#journal.dequeued(this.#inflight.kept(packetId)?.sequence ?? 0)
    this.#letGo(packetId)
    this.#inflight.free(packetId)
  }

  #mustWait(out: OutQueue): boolean {
    const { maxInflight, maxInflightBytes, slowConsumerDropBytes } = this.#limits
    const full = this.#inflight.size >= maxInflight || this.#inflightBytes >= maxInflightBytes
    return full || out.exceeds(slowConsumerDropBytes)
  }

  #enqueue(message: Message, qos: Qos, retain: boolean, group: SharedGroup | null): Delivery {
    const bytes = message.costBytes
    if (!this.queue.makeRoom(bytes, qos)) return 'dropped_full'
    const sequence = qos > 0 ? this.#nextSequence++ : 0
    this.queue.add({
      message: this.#keep ? message.keep() : message.keepBriefly(),
      qos,
      retain,
      sequence,
      group,
      packetId: 0,
      preparing: false,
      bytes,
    })
    if (qos > 0) this.#journal?.queued(sequence, message, qos as 1 | 2, retain, 0)
    return 'queued'
  }

  /** Gives packet ids to the QoS 2 messages that come next, and holds them until the store has the ids. */
  #prepare(journal: SessionJournal, later: () => void): void {
    const prepared: Queued[] = []
    for (const entry of this.queue.upTo(this.#limits.maxInflight - this.inflight)) {
      if (entry.qos < 2 || entry.packetId > 0) continue
      entry.packetId = this.#inflight.reserve()
      entry.preparing = true
      journal.sent(entry.sequence, entry.packetId)
      prepared.push(entry)
    }
    journal.settled(() => {
      for (const entry of prepared) entry.preparing = false
      later()
    })
  }

  #sendQos0(out: OutQueue, message: Message, retain: boolean, alone: boolean): Delivery {
    if (!this.#hasAppetite(out, message.payloadBytes)) return 'dropped_slow'
    if (alone || retain) out.publish(message, publishFlags(0, retain, false), 0)
    else out.shared(message.frame())
    return 'sent'
  }

  /** Whether QoS 0 may be added. One message larger than the limit is no reason to drop it, or what is behind it. */
  #hasAppetite(out: OutQueue, payloadBytes: number): boolean {
    const isBehind = out.exceeds(this.#limits.slowConsumerDropBytes)
    const largest = isBehind ? Math.max(this.#largestBytes, payloadBytes) : payloadBytes
    if (isBehind && out.exceeds(2 * largest)) return false
    this.#largestBytes = largest
    return true
  }

  #send(
    out: OutQueue,
    message: Message,
    qos: Qos,
    retain: boolean,
    packetId: number,
    sequence: number,
    group: SharedGroup | null,
  ): void {
    // A clean session is never resent anything: it need not keep the bytes.
    const kept = this.#keep || group ? { message: this.#hold(message), retain, sequence, group } : null
    this.#inflight.sent(packetId, qos, kept)
    out.publish(message, publishFlags(qos, retain, false), packetId)
  }
}

const mostOfGroup = 256
const pubrelByte = (PacketType.pubrel << 4) | 2
