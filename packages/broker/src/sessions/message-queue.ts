import { QueueLevel } from '../fairness/back-pressure.js'
import type { Qos } from '../interface/types.js'
import type { Sendable } from './delivery.js'
import type { QueueMemory } from './queue-memory.js'

export interface QueueLimits {
  maxQueuedMessages: number
  maxQueuedBytes: number
  holdQueuedMessages: number
  holdQueuedBytes: number
}

/** One queued message. */
export interface Queued extends Sendable {
  /** Its place in the order of the session's QoS 1 and 2 messages; 0 for a QoS 0 message. */
  readonly sequence: number
  packetId: number
  /** Its packet id is being written to the store. */
  preparing: boolean
  /** Memory that it takes. */
  readonly bytes: number
}

/** A session's queue: first in, first out, bounded by count and bytes. QoS 0 messages make room for the others. */
export class MessageQueue {
  readonly highWatermarkMessages: number
  readonly highWatermarkBytes: number
  readonly #limits: QueueLimits
  readonly #memory: QueueMemory
  #entries: Queued[] = []
  #head = 0
  #bytes = 0
  #releasedBytes = 0
  #qos0 = 0
  /** No QoS 0 is before this index. */
  #qos0From = 0

  constructor(limits: QueueLimits, memory: QueueMemory) {
    this.#limits = limits
    this.#memory = memory
    this.highWatermarkMessages = Math.min(limits.holdQueuedMessages, limits.maxQueuedMessages / 2)
    this.highWatermarkBytes = Math.min(limits.holdQueuedBytes, limits.maxQueuedBytes / 2)
  }

  get size(): number {
    return this.#entries.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  get first(): Queued | undefined {
    return this.#entries[this.#head]
  }

  get level(): QueueLevel {
    const { size, highWatermarkMessages: messages, highWatermarkBytes: bytes } = this
    if (size >= messages || this.#bytes >= bytes) {
      const critical = size >= messages * 1.5 || this.#bytes >= bytes * 1.5
      return critical ? QueueLevel.critical : QueueLevel.high
    }
    return size <= messages / 2 && this.#bytes <= bytes / 2 ? QueueLevel.low : QueueLevel.normal
  }

  /** Whether one more message fits. Drops older QoS 0 messages when that makes it fit. */
  makeRoom(bytes: number, qos: Qos): boolean {
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits
    while (
      this.size >= maxQueuedMessages ||
      this.#bytes + bytes > Math.min(maxQueuedBytes, this.#memory.threshold)
    ) {
      if (qos === 0 || !this.#dropOldestQos0()) return false
    }
    return true
  }

  add(entry: Queued): void {
    this.#entries.push(entry)
    this.#memory.hold(entry.message)
    this.#bytes += entry.bytes
    if (entry.qos === 0) this.#qos0++
  }

  shift(): void {
    const entry = this.#entries[this.#head]
    if (!entry) return
    this.#memory.release(entry.message)
    this.#bytes -= entry.bytes
    if (entry.qos === 0) this.#qos0--
    this.#releasedBytes += entry.bytes
    this.#head++
    // Entries that left must not be held much longer: large payloads would grow old, and cost full collections.
    if (this.#head === this.#entries.length || this.#head > 1024 || this.#releasedBytes > maxReleasedBytes) {
      this.#releasedBytes = 0
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
      this.#qos0From = 0
    }
  }

  /** The first entries, at most `count`. */
  firstUpTo(count: number): Queued[] {
    return this.#entries.slice(this.#head, this.#head + count)
  }

  /** Takes out the entries that match. */
  take(matches: (entry: Queued) => boolean): Queued[] {
    const taken: Queued[] = []
    const rest: Queued[] = []
    for (const entry of this.#entries.slice(this.#head)) (matches(entry) ? taken : rest).push(entry)
    if (taken.length === 0) return taken
    for (const { message } of taken) this.#memory.release(message)
    this.#entries = rest
    this.#head = 0
    this.#qos0From = 0
    this.#qos0 = rest.filter(({ qos }) => qos === 0).length
    this.#bytes = rest.reduce((sum, { bytes }) => sum + bytes, 0)
    return taken
  }

  #dropOldestQos0(): boolean {
    if (this.#qos0 === 0) return false
    let at = Math.max(this.#qos0From, this.#head)
    while (at < this.#entries.length && this.#entries[at]?.qos !== 0) at++
    this.#qos0From = at
    const [dropped] = this.#entries.splice(at, 1)
    if (!dropped) return false
    this.#memory.release(dropped.message)
    this.#qos0--
    this.#bytes -= dropped.bytes
    return true
  }
}

const maxReleasedBytes = 256 * 1024
