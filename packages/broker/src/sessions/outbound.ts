import { PacketType, publishFlags } from '../packets/encode.js'
import type { Message } from '../packets/message.js'
import type { SessionJournal } from '../persistence/journal.js'
import type { StoredEntry } from '../persistence/persistence.js'
import type { SharedGroup } from '../routing/shared-group.js'
import type { OutQueue } from '../transport/out-queue.js'
import type { Qos } from '../types.js'
import { Backlog, type BacklogLimits, type Queued } from './backlog.js'
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
  #inflight: Map<number, Inflight> | null = null
  readonly #memory: QueueMemory
  /** Of those that are kept. */
  #inflightBytes = 0
  #reserved: Set<number> | null = null
  #nextId = 1
  #nextSequence = 1

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
    return this.#inflight?.size ?? 0
  }

  /** Whether a message of QoS 1 would be sent at once. */
  hasRoom(out: OutQueue): boolean {
    return this.queue.size === 0 && !this.#mustWait(out)
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
    const sequence = this.#nextSequence++
    const packetId = this.#freeId()
    this.#journal?.queued(sequence, message, qos, retain, packetId)
    this.#send(out, { message, qos, retain, sequence, group, packetId, preparing: false })
    return 'sent'
  }

  /** PUBACK or PUBCOMP: the message is the receiver's. False for an id that is not in flight. */
  acknowledged(packetId: number, type: number): boolean {
    const entry = this.#inflight?.get(packetId)
    if (!entry || (type === PacketType.puback) !== (entry.qos === 1)) return false
    this.#inflight?.delete(packetId)
    this.#letGo(entry)
    this.#journal?.dequeued(entry.sequence)
    this.acknowledgements++
    return true
  }

  /** PUBREC: from here on only PUBREL is sent again. It leaves when that is as sure as the session is. */
  received(out: OutQueue, packetId: number): void {
    const entry = this.#inflight?.get(packetId)
    if (entry?.qos !== 2 || entry.released) {
      out.acknowledge(pubrelByte, packetId)
      return
    }
    entry.released = true
    this.#letGo(entry)
    entry.message = null
    if (!this.#journal) out.acknowledge(pubrelByte, packetId)
    else {
      this.#journal.released(entry.sequence)
      this.#journal.settled(() => out.acknowledge(pubrelByte, packetId))
    }
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
          next.packetId = this.#freeId()
          this.#journal?.sent(next.sequence, next.packetId)
        }
        this.#send(out, next)
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

  /** Takes back what the store had of this session; to be called in rising order. */
  restore({ sequence, qos, retain, packetId, released }: StoredEntry, message: Message): void {
    this.#nextSequence = sequence + 1
    if (packetId === 0) {
      this.queue.add({ message, qos, retain, sequence, group: null, packetId: 0, preparing: false })
      return
    }
    const kept = released ? null : this.#hold(message)
    this.#inflight ??= new Map()
    this.#inflight.set(packetId, { message: kept, qos, retain, released, sequence, group: null })
  }

  /** Forgets queued messages whose topic is not wanted any more, and those in flight of it. */
  purge(wanted: (topic: string) => boolean): void {
    for (const entry of this.queue.take(({ message }) => !wanted(message.topic))) this.#dropped(entry)
    for (const [packetId, entry] of this.#inflight ?? []) {
      if (!entry.message || wanted(entry.message.topic)) continue
      this.#inflight?.delete(packetId)
      this.#letGo(entry)
      this.#journal?.dequeued(entry.sequence)
    }
  }

  /**
   * Takes out what may go to another member of its group: what was not sent, and QoS 1 that was not acknowledged.
   * QoS 2 that was sent may not (MQTT 5, section 4.8.2).
   */
  takeShared(movable: (group: SharedGroup) => boolean): { message: Message; group: SharedGroup }[] {
    const taken: { message: Message; group: SharedGroup }[] = []
    for (const [packetId, entry] of this.#inflight ?? []) {
      const { message, qos, group, sequence } = entry
      if (!message || !group || qos === 2 || !movable(group)) continue
      this.#inflight?.delete(packetId)
      this.#letGo(entry)
      this.#journal?.dequeued(sequence)
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
    for (const entry of this.#inflight?.values() ?? []) this.#letGo(entry)
    this.#inflight = null
  }

  #hold(message: Message): Message {
    const kept = message.keep()
    this.#memory.hold(kept)
    this.#inflightBytes += kept.costBytes
    return kept
  }

  #letGo({ message }: Inflight): void {
    if (!message) return
    this.#memory.release(message)
    this.#inflightBytes -= message.costBytes
  }

  #dropped({ sequence, packetId }: Queued): void {
    this.#reserved?.delete(packetId)
    if (sequence > 0) this.#journal?.dequeued(sequence)
  }

  #mustWait(out: OutQueue): boolean {
    const { maxInflight, maxInflightBytes, slowConsumerDropBytes } = this.#limits
    const full = this.inflight >= maxInflight || this.#inflightBytes >= maxInflightBytes
    return full || out.backlogBytes > slowConsumerDropBytes
  }

  #enqueue(message: Message, qos: Qos, retain: boolean, group: SharedGroup | null): Delivery {
    if (!this.queue.makeRoom(message.costBytes, qos)) return 'dropped_full'
    const sequence = qos > 0 ? this.#nextSequence++ : 0
    this.queue.add({ message: message.keep(), qos, retain, sequence, group, packetId: 0, preparing: false })
    if (qos > 0) this.#journal?.queued(sequence, message, qos as 1 | 2, retain, 0)
    return 'queued'
  }

  /** Gives packet ids to the QoS 2 messages that come next, and holds them until the store has the ids. */
  #prepare(journal: SessionJournal, later: () => void): void {
    const prepared: Queued[] = []
    this.#reserved ??= new Set()
    for (const entry of this.queue.upTo(this.#limits.maxInflight - this.inflight)) {
      if (entry.qos < 2 || entry.packetId > 0) continue
      entry.packetId = this.#freeId()
      entry.preparing = true
      this.#reserved.add(entry.packetId)
      journal.sent(entry.sequence, entry.packetId)
      prepared.push(entry)
    }
    journal.settled(() => {
      for (const entry of prepared) entry.preparing = false
      later()
    })
  }

  #sendQos0(out: OutQueue, message: Message, retain: boolean, alone: boolean): Delivery {
    if (out.backlogBytes > this.#limits.slowConsumerDropBytes) return 'dropped_slow'
    if (alone || retain) out.publish(message, publishFlags(0, retain, false), 0)
    else out.shared(message.frame())
    return 'sent'
  }

  #send(out: OutQueue, { message, qos, retain, sequence, group, packetId }: Queued): void {
    this.#inflight ??= new Map()
    this.#reserved?.delete(packetId)
    // A clean session is never resent anything: it need not keep the bytes.
    const kept = this.#keep || group ? this.#hold(message) : null
    this.#inflight.set(packetId, { message: kept, qos, retain, released: false, sequence, group })
    out.publish(message, publishFlags(qos, retain, false), packetId)
  }

  #freeId(): number {
    while (this.#inflight?.has(this.#nextId) || this.#reserved?.has(this.#nextId)) {
      this.#nextId = (this.#nextId % 65_535) + 1
    }
    const packetId = this.#nextId
    this.#nextId = (packetId % 65_535) + 1
    return packetId
  }
}

interface Inflight {
  message: Message | null
  qos: Qos
  retain: boolean
  released: boolean
  sequence: number
  group: SharedGroup | null
}

const pubrelByte = (PacketType.pubrel << 4) | 2
