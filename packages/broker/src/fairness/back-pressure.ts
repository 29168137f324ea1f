import type { HoldCooldown } from './hold-cooldown.js'

/** A publisher, as back-pressure sees it. */
export interface Publisher {
  readonly cooldown: HoldCooldown
  /** Stops delivering until every hold that was put on it has been released. */
  hold(by: PublisherHold): void
  /** Takes one hold off. The publisher may be held again before this returns. */
  release(by: PublisherHold): void
}

/** A subscriber, as back-pressure sees it. */
export interface Consumer {
  readonly queueLevel: QueueLevel
  /** Messages it has acknowledged, and bytes it has taken, so far. */
  readonly takenMessages: number
  readonly takenBytes: number
}

/** How full a consumer's queue is. Higher numbers are fuller. */
export const QueueLevel = {
  /** At or below the low watermark: held publishers are released. */
  low: 0,
  /** Between the watermarks: nothing changes. */
  normal: 1,
  /** At the high watermark: publishers that added their share or more are held. */
  high: 2,
  /** At one and a half times the high watermark: every publisher is held. */
  critical: 3,
} as const
export type QueueLevel = (typeof QueueLevel)[keyof typeof QueueLevel]

export interface BackPressureLimits {
  holdTimeoutMs: number
  holdMinMessagesPerSecond: number
}

/**
 * Holds publishers while a consumer is behind, so that acknowledged messages need not be dropped, but only while that
 * consumer takes messages. A consumer that takes too few within `holdTimeoutMs` holds nobody until it has caught up.
 */
export class BackPressure {
  /** Whose message is being delivered now; null when nobody can be held for it. */
  publisher: Publisher | null = null
  /** Grows with time, except while this process was busy: consumers are not blamed for that. */
  nowMs = 0
  readonly limits: BackPressureLimits
  readonly #active = new Set<PublisherHold>()

  constructor(limits: BackPressureLimits) {
    this.limits = limits
  }

  /** Ends the holds that have timed out; called a few times a second. */
  sweep(elapsedMs: number): void {
    this.nowMs += elapsedMs
    for (const hold of this.#active) hold.sweep()
  }

  activate(hold: PublisherHold): void {
    this.#active.add(hold)
  }

  deactivate(hold: PublisherHold): void {
    this.#active.delete(hold)
  }
}

/** The hold that one consumer puts on the publishers that fill its queue. */
export class PublisherHold {
  readonly #backPressure: BackPressure
  readonly #consumer: Consumer
  readonly #held = new Set<Publisher>()
  /** What each publisher added since the queue was last below its low watermark. */
  readonly #added = new Map<Publisher, Added>()
  #addedByAll: Added = { messages: 0, bytes: 0 }
  // Messages come in runs of one publisher: within a run nothing is looked up.
  #lastPublisher: Publisher | null = null
  #lastAdded: Added = { messages: 0, bytes: 0 }
  #sinceMs = 0
  #takenMessages = 0
  #takenBytes = 0
  #timedOut = false

  /** Make it when the first message is queued: the consumer's rate is measured from then on. */
  constructor(backPressure: BackPressure, consumer: Consumer) {
    this.#backPressure = backPressure
    this.#consumer = consumer
    this.#restartMeasurement()
  }

  /** A message was queued: holds its publisher when the queue is too full. */
  queueGrew(bytes: number): void {
    const { publisher, nowMs } = this.#backPressure
    if (!publisher || this.#timedOut) return
    const belowShare = this.#countAdded(publisher, bytes)
    const { queueLevel } = this.#consumer
    if (queueLevel < QueueLevel.high || (belowShare && queueLevel < QueueLevel.critical)) return
    if (!publisher.cooldown.allows(this.#proven, nowMs)) return
    if (this.#held.size === 0 && !this.#begin()) return
    this.#held.add(publisher)
    this.#backPressure.activate(this)
    publisher.hold(this)
  }

  /** Messages were taken: releases publishers one after the other, until the queue is too full again. */
  queueShrank(): void {
    if (this.#consumer.queueLevel > QueueLevel.low) return
    this.#timedOut = false
    this.#added.clear()
    this.#addedByAll = { messages: 0, bytes: 0 }
    this.#lastPublisher = null
    for (const publisher of [...this.#held]) {
      if (this.#consumer.queueLevel >= QueueLevel.high) return
      this.#release(publisher)
    }
  }

  /** Compares the consumer's rate with the least allowed, once per hold timeout. */
  sweep(): void {
    const { limits } = this.#backPressure
    const { elapsedMs, messages, bytes } = this.#measure()
    if (elapsedMs < limits.holdTimeoutMs) return
    const wanted = (limits.holdMinMessagesPerSecond * elapsedMs) / 1_000
    this.#restartMeasurement()
    if (messages < wanted && bytes < wanted * bytesPerMessage) this.timeOut()
  }

  /** Releases all publishers, and holds none until the consumer has caught up. */
  timeOut(): void {
    this.#timedOut = true
    for (const publisher of [...this.#held]) {
      publisher.cooldown.start(this.#proven, this.#backPressure.nowMs)
      this.#release(publisher)
    }
  }

  /** Forgets a publisher that is gone, without releasing it. */
  forget(publisher: Publisher): void {
    this.#held.delete(publisher)
    if (this.#held.size === 0) this.#backPressure.deactivate(this)
  }

  get #proven(): boolean {
    return this.#consumer.takenMessages >= provenMessages
  }

  /** Counts what a publisher added. True when it added less than its share: then others filled the queue. */
  #countAdded(publisher: Publisher, bytes: number): boolean {
    const added = publisher === this.#lastPublisher ? this.#lastAdded : this.#addedBy(publisher)
    const all = this.#addedByAll
    added.messages++
    added.bytes += bytes
    all.messages++
    all.bytes += bytes
    const publishers = this.#added.size
    return added.messages * publishers < all.messages && added.bytes * publishers < all.bytes
  }

  #addedBy(publisher: Publisher): Added {
    let added = this.#added.get(publisher)
    if (!added) {
      added = { messages: 0, bytes: 0 }
      this.#added.set(publisher, added)
    }
    this.#lastPublisher = publisher
    this.#lastAdded = added
    return added
  }

  /** False when the consumer has taken nothing for a whole hold timeout: nobody waits for it then. */
  #begin(): boolean {
    const { elapsedMs, messages, bytes } = this.#measure()
    this.#timedOut = messages === 0 && bytes === 0 && elapsedMs >= this.#backPressure.limits.holdTimeoutMs
    this.#restartMeasurement()
    return !this.#timedOut
  }

  #measure(): { elapsedMs: number; messages: number; bytes: number } {
    const { takenMessages, takenBytes } = this.#consumer
    return {
      elapsedMs: this.#backPressure.nowMs - this.#sinceMs,
      messages: takenMessages - this.#takenMessages,
      bytes: takenBytes - this.#takenBytes,
    }
  }

  #restartMeasurement(): void {
    this.#sinceMs = this.#backPressure.nowMs
    this.#takenMessages = this.#consumer.takenMessages
    this.#takenBytes = this.#consumer.takenBytes
  }

  #release(publisher: Publisher): void {
    this.forget(publisher)
    publisher.release(this)
  }
}

interface Added {
  messages: number
  bytes: number
}

/** A large message counts as one for each so many bytes, as it takes longer to send. */
const bytesPerMessage = 1_024

/** A consumer that has acknowledged so many messages is known to take messages. */
const provenMessages = 100
